import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { someJob } from "../../testing/builders.ts";
import { judgeAddresses } from "./addresses.ts";
import { judgeArchived } from "./archived.ts";
import { judgeClock } from "./clock.ts";
import { durationOf, type Pace } from "./duration.ts";
import { judgeEncryption } from "./encryption.ts";
import { judgeJournal } from "./journal.ts";
import { judgeKeys } from "./keys.ts";
import { type Finding, verdictOf } from "./line.ts";
import { costOf } from "./money.ts";
import { listPrices, priceListSchema } from "./prices.ts";
import { judgeRedis } from "./redis.ts";
import { expectedOf, requestsPerObject } from "./sample.ts";
import { judgeWorkers } from "./workers.ts";

const { spec } = someJob();
const object = (key: string, sizeBytes: number, storageClass = "STANDARD") => {
  return { key, sizeBytes, storageClass, etag: "e", lastModifiedMs: 0 };
};
const states = (findings: readonly Finding[]) => findings.map(({ state }) => state);
const gibibyte = 1024 ** 3;

describe("what a preflight makes of what it sees", () => {
  test("Redis is all right with AOF and noeviction, and a failure without either", () => {
    const good = { appendonly: "yes", appendfsync: "everysec", "maxmemory-policy": "noeviction" };
    const room = { usedBytes: 1, maxBytes: 0 };
    assert.deepEqual(states(judgeRedis({ settings: good, ...room })), ["ok", "ok"]);
    assert.deepEqual(states(judgeRedis({ settings: { ...good, appendfsync: "no" }, ...room })), ["warning", "ok"]);
    const bad = { ...good, appendonly: "no", "maxmemory-policy": "allkeys-lru" };
    assert.deepEqual(states(judgeRedis({ settings: bad, ...room })), ["failure", "failure", "ok"]);
    assert.deepEqual(states(judgeRedis({ settings: "forbidden", ...room })), ["warning", "ok"]);
  });

  test("Redis without room is a warning, and a full one a failure", () => {
    const settings = { appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction" };
    assert.equal(judgeRedis({ settings, usedBytes: gibibyte - 1e8, maxBytes: gibibyte })[1]?.state, "warning");
    assert.equal(judgeRedis({ settings, usedBytes: gibibyte - 1e6, maxBytes: gibibyte })[1]?.state, "failure");
  });

  test("workers: none and several versions are warnings, no path at all a failure", () => {
    const worker = { host: "a", version: "1", state: "running", tunnel: null } as const;
    assert.deepEqual(states(judgeWorkers([])), ["warning"]);
    assert.deepEqual(states(judgeWorkers([worker])), ["ok"]);
    assert.deepEqual(states(judgeWorkers([worker, { ...worker, version: "2" }])), ["ok", "warning"]);
    assert.deepEqual(states(judgeWorkers([worker, { ...worker, state: "path-down" }])), ["warning"]);
    assert.deepEqual(states(judgeWorkers([{ ...worker, state: "path-down" }])), ["failure"]);
    const up = { ...worker, tunnel: { state: "up", reason: null } } as const;
    const down = { ...worker, tunnel: { state: "down", reason: "no answer to IKE_SA_INIT" } } as const;
    assert.deepEqual(states(judgeWorkers([up])), ["ok", "ok"]);
    assert.deepEqual(states(judgeWorkers([up, down])), ["ok", "warning"]);
    assert.deepEqual(states(judgeWorkers([down])), ["ok", "failure"]);
  });

  test("a store that tells no time leaves the clocks uncompared", () => {
    assert.equal(judgeClock("the source", { storeClockMs: undefined, ourClockMs: 0 }).state, "warning");
    assert.equal(judgeClock("the source", { storeClockMs: 0, ourClockMs: 59_000 }).state, "ok");
  });

  test("an internal endpoint without OSS_ALLOWED_CIDRS is a warning", () => {
    const found = [{ address: "100.118.102.7", allowed: true }];
    const reading = { host: "oss-cn-shanghai-internal.aliyuncs.com", via: "direct", found } as const;
    assert.equal(judgeAddresses(reading, { blocks: "none", scheme: "http" }).state, "warning");
    assert.equal(judgeAddresses(reading, { blocks: "named", scheme: "http" }).state, "ok");
    assert.equal(judgeAddresses({ ...reading, via: "proxy" }, { blocks: "none", scheme: "http" }).state, "ok");
  });

  test("an endpoint that leads to a metadata service is a failure, with ALLOWED_ENDPOINTS as its cure", () => {
    const found = [{ address: "169.254.169.254", allowed: false }];
    const judged = judgeAddresses(
      { host: "s3.example.com", via: "direct", found },
      { blocks: "none", scheme: "https" },
    );
    assert.equal(judged.state, "failure");
    assert.match(judged.cure ?? "", /ALLOWED_ENDPOINTS/);
  });

  test("a journal in a folder of each host's own is a failure as soon as there are several hosts", () => {
    assert.equal(judgeJournal("own-folder", ["a"]).state, "ok");
    assert.equal(judgeJournal("own-folder", ["a", "b"]).state, "failure");
    assert.equal(judgeJournal("shared-folder", ["a", "b"]).state, "ok");
    assert.equal(judgeJournal("bucket", ["a", "b"]).state, "ok");
  });

  test("objects under KMS are all right where they can be read; a customer's own key never is", () => {
    const read = { key: "a", encryption: "aws:kms", refusal: undefined };
    assert.match(judgeEncryption([read]).message, /1 of 1 .* KMS/);
    assert.equal(judgeEncryption([read]).state, "ok");
    const locked = { ...read, refusal: "AccessDenied: not authorized to perform: kms:Decrypt" };
    assert.match(judgeEncryption([locked]).cure ?? "", /kms:Decrypt/);
    assert.equal(judgeEncryption([{ ...read, encryption: "customer-key" }]).state, "failure");
    assert.equal(judgeEncryption([]).state, "warning");
  });

  test("archived objects that are restored are all right, and INTELLIGENT_TIERING is a warning", () => {
    const archived = [object("a", 1, "GLACIER")];
    assert.equal(judgeArchived(archived, { tried: 1, restored: 1 }, spec).state, "ok");
    const tiered = [object("a", 1, "INTELLIGENT_TIERING")];
    assert.equal(judgeArchived(tiered, { tried: 0, restored: 0 }, spec).state, "warning");
  });

  test("an empty source is a warning, and so are two keys that become one", () => {
    assert.equal(judgeKeys([], spec).state, "warning");
    const strip = {
      ...spec,
      source: { ...spec.source, prefix: "" },
      target: { ...spec.target, prefix: "" },
      keyRules: { ...spec.keyRules, leadingSlash: "strip" as const },
    };
    assert.match(judgeKeys(["/a", "a"], strip).message, /"\/a" and "a"/);
  });

  test("the worst line is the verdict", () => {
    const line = { check: "redis", message: "", cure: null } as const;
    assert.equal(verdictOf([]), "ok");
    assert.equal(
      verdictOf([
        { ...line, state: "warning" },
        { ...line, state: "ok" },
      ]),
      "warning",
    );
    assert.equal(
      verdictOf([
        { ...line, state: "failure" },
        { ...line, state: "warning" },
      ]),
      "failure",
    );
  });
});

describe("an estimate", () => {
  const sample = { objects: [object("a", 100), object("b", 300)], whole: false };

  test("takes what a person says before what was seen, and fills in the other half from the mean size", () => {
    assert.deepEqual(expectedOf(sample, {}), { objects: 2, bytes: 400, basis: "at-least" });
    assert.deepEqual(expectedOf({ ...sample, whole: true }, {}).basis, "counted");
    assert.deepEqual(expectedOf(sample, { objects: 1000 }), { objects: 1000, bytes: 200_000, basis: "given" });
    assert.deepEqual(expectedOf(sample, { bytes: 200_000 }), { objects: 1000, bytes: 200_000, basis: "given" });
  });

  test("counts a large object's parts", () => {
    const large = { objects: [object("a", gibibyte)], whole: true };
    const perObject = requestsPerObject(large, expectedOf(large, {}), spec);
    assert.deepEqual(perObject, { reads: 65, writes: 66 });
  });

  test("is as long as the slowest of bytes, objects and requests, and obeys the job's limits", () => {
    const pace: Pace = {
      expected: { objects: 1_000_000, bytes: 1e9, basis: "given" },
      perObject: { reads: 1, writes: 1 },
      limits: { bytesPerSecond: 0, requestsPerSecond: 0, timetable: [] },
      nowMs: 0,
      roundTripMs: { source: 4, target: 34 },
      workerProcesses: 1,
      pathBytesPerSecond: undefined,
    };
    assert.deepEqual([durationOf(pace).heldBy, durationOf(pace).seconds], ["objects", 1000]);
    const many = durationOf({ ...pace, workerProcesses: 100 });
    assert.deepEqual([many.heldBy, many.seconds], ["requests", 200]);
    assert.equal(
      durationOf({ ...pace, roundTripMs: { source: 34, target: 34 } }).seconds,
      1000,
      "one is read meanwhile",
    );
    assert.equal(durationOf({ ...pace, roundTripMs: { source: 98, target: 34 } }).seconds, 2000);
    const slow = durationOf({ ...pace, limits: { ...pace.limits, bytesPerSecond: 100_000 } });
    assert.deepEqual([slow.heldBy, slow.seconds], ["bytes", 10_000]);
  });

  test("multiplies quantities with the list's prices, tier by tier, and says what it leaves out", () => {
    const quantities = {
      sourceRegion: "ap-northeast-1",
      targetRegion: "cn-shanghai",
      listRequests: 1000,
      getRequests: 1000,
      putRequests: 10_000,
      bytes: 10_241 * gibibyte,
      bytesByClass: { Standard: gibibyte, Archive: 1 },
    };
    const cost = costOf(quantities, listPrices);
    assert.deepEqual(cost.unverified, listPrices.unverified);
    const amounts = cost.items.map(({ amount }) => Number(amount.toFixed(5)));
    assert.deepEqual(amounts, [0.0047, 0.000_37, 10_240 * 0.114 + 0.089, 0.0016]);
    assert.equal(cost.monthly, 0.0173);
    assert.match(cost.notCounted.join(), /class Archive/);
  });

  test("the built-in price list has the form that a file of one's own must have", () => {
    assert.ok(priceListSchema.safeParse(listPrices).success);
  });
});
