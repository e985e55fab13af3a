import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import { type World, type WorldOptions, createTestHold, createWorld, noSignal } from "./testing/world.ts";

const mebibyte = 1024 ** 2;
const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };

/** Lays these objects, runs their task once, and answers the world after it. */
async function migrated(
  bodies: Record<string, string | Uint8Array>,
  options: WorldOptions & { readonly prepare?: (world: World) => unknown } = {},
): Promise<World> {
  const world = createWorld(options);
  const objects = await world.lay(bodies);
  await options.prepare?.(world);
  const pointer = await world.plan(objects);
  assert.equal(await world.worker().runTask(pointer, createTestHold()), "done");
  return world;
}

const text = (world: World, key: string) => Buffer.from(world.target.held(key)?.bytes ?? "(nothing)").toString();
const put = (world: World, key: string, bytes: string) =>
  world.target.put({ key, payload: { bytes: Buffer.from(bytes) }, attributes, ifThere: "replace" }, noSignal);
const only = async (world: World) => {
  const outcomes = await world.outcomes();
  assert.equal(outcomes.length, 1);
  return outcomes[0];
};
const transient = () => new Fault("TARGET_FAILED", "transient", { said: "a test" });

test("objects arrive under the target prefix, byte for byte, and are counted", async () => {
  const world = await migrated({
    "source_folder/a": "one",
    "source_folder/b//c 😀": "two",
    "source_folder/empty": "",
    "source_folder/folder/": "",
  });
  assert.deepEqual(world.target.keys(), [
    "destination_folder/a",
    "destination_folder/b//c 😀",
    "destination_folder/empty",
    "destination_folder/folder/",
  ]);
  assert.equal(text(world, "destination_folder/b//c 😀"), "two");
  const { tally } = await world.counts();
  assert.deepEqual([tally.copiedObjects, tally.copiedBytes, tally.failedObjects], [4, 6, 0]);
  const [first] = await world.outcomes();
  assert.ok(first?.state === "copied" && first.proof === "md5" && first.attempts === 1);
  assert.equal(first.crc64, String(world.target.held("destination_folder/a")?.crc64));
});

test("headers, metadata and class go along", async () => {
  const world = createWorld();
  world.source.lay({
    key: "source_folder/a",
    bytes: Buffer.from("x"),
    headers: { "content-type": "text/plain", "cache-control": "no-store" },
    userMetadata: { colour: "blue" },
    storageClass: "STANDARD_IA",
  });
  await world.worker().runTask(await world.plan(await world.lay({})), createTestHold());
  const held = world.target.held("destination_folder/a")?.attributes;
  assert.deepEqual(held?.headers, { "content-type": "text/plain", "cache-control": "no-store" });
  assert.equal(held.userMetadata["colour"], "blue");
  assert.equal(held.storageClass, "IA");
});

test("of keys that become one when their slash is stripped one arrives, and the others say why they cannot", async () => {
  const side = { region: "r", bucket: "bbb", credentials: { from: "default-chain" } } as const;
  const spec = {
    source: { ...side, endpoint: "http://s" },
    target: { ...side, endpoint: "http://t" },
    keyRules: { leadingSlash: "strip" },
  } as const;
  const world = await migrated({ a: "one", "/a": "two", "//a": "three", "\\a": "four", "/b": "five" }, { spec });
  assert.deepEqual(world.target.keys(), ["a", "b"]);
  assert.deepEqual([text(world, "a"), text(world, "b")], ["one", "five"]);
  const failed = (await world.outcomes()).filter((outcome) => outcome.state === "failed");
  assert.deepEqual(
    new Map(failed.map(({ key, code }) => [key, code])),
    new Map([
      ["//a", "KEY_LEADING_SLASH"],
      ["/a", "KEY_INVALID"],
      ["\\a", "KEY_INVALID"],
    ]),
  );
  assert.match(failed.find(({ key }) => key === "/a")?.message ?? "", /a has the same key at the target/);
});

test("what OSS cannot hold fails with its own code, and the others arrive", async () => {
  const world = createWorld({
    spec: {
      source: { region: "r", endpoint: "http://s", bucket: "bbb", credentials: { from: "default-chain" } },
      target: { region: "r", endpoint: "http://t", bucket: "bbb", credentials: { from: "default-chain" } },
    },
  });
  world.source.lay({ key: "snake", bytes: Buffer.from("x"), userMetadata: { a_b: "1" } });
  const objects = await world.lay({ "/lead": "1", ["a".repeat(1024)]: "2", fine: "3" });
  await world.worker().runTask(await world.plan(objects), createTestHold());
  const { failuresByCode, tally } = await world.counts();
  assert.deepEqual(failuresByCode, { KEY_LEADING_SLASH: 1, KEY_TOO_LONG: 1, METADATA_REFUSED: 1 });
  assert.equal(tally.copiedObjects, 1);
  assert.deepEqual(world.target.keys(), ["fine"]);
});

for (const [size, way] of [
  [3, "through memory"],
  [3 * mebibyte, "streamed"],
  [12 * mebibyte + 5, "in parts"],
] as const) {
  const bytes = Buffer.alloc(size, "0123456789abcdef");
  const spec = {
    largeObjects: { multipartThreshold: 8 * mebibyte, spreadThreshold: 8 * mebibyte, partSize: mebibyte },
  };

  test(`an object of ${size} bytes goes ${way} and arrives whole`, async () => {
    const world = await migrated({ "source_folder/a": bytes }, { spec });
    assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(bytes));
    assert.equal(world.target.openUploads(), 0);
    assert.deepEqual(await world.ledger.uploads.list(world.jobId, 10), []);
    const outcome = await only(world);
    assert.ok(
      outcome?.state === "copied" && outcome.crc64 === String(world.target.held("destination_folder/a")?.crc64),
    );
  });

  test(`${way}: an object that was replaced since it was listed arrives as its new version`, async () => {
    const newer = Buffer.concat([bytes, Buffer.from("newer")]);
    const prepare = (world: World) => world.source.lay({ key: "source_folder/a", bytes: newer });
    const world = await migrated({ "source_folder/a": bytes }, { spec, prepare });
    assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(newer));
    const outcome = await only(world);
    assert.equal(outcome?.sizeBytes, newer.length);
    assert.equal(outcome?.sourceEtag, createHash("md5").update(newer).digest("hex"));
    assert.equal((await world.counts()).tally.copiedBytes, newer.length);
  });

  test(`${way}: an object that was deleted since it was listed fails with its own code`, async () => {
    const world = await migrated(
      { "source_folder/a": bytes },
      { spec, prepare: ({ source }) => source.take("source_folder/a") },
    );
    assert.deepEqual((await world.counts()).failuresByCode, { SOURCE_OBJECT_MISSING: 1 });
    assert.equal(world.target.openUploads(), 0);
  });

  test(`${way}: a transient fault costs an attempt, not the object`, async () => {
    let faults = 2;
    const once = <T>(go: () => Promise<T>): Promise<T> => {
      faults -= 1;
      return faults >= 0 ? Promise.reject(transient()) : go();
    };
    const target = (real: ObjectTarget): ObjectTarget => ({
      ...real,
      put: (request, options) => once(() => real.put(request, options)),
      uploads: {
        ...real.uploads,
        putPart: (upload, partNumber, payload, options) =>
          once(() => real.uploads.putPart(upload, partNumber, payload, options)),
      },
    });
    const world = await migrated({ "source_folder/a": bytes }, { spec, target });
    assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(bytes));
    assert.equal((await world.counts()).tally.copiedObjects, 1);
  });

  test(`${way}: bytes that were damaged on the way to OSS never count as copied`, async () => {
    const world = await migrated({ "source_folder/a": bytes }, { spec, target: (real) => damaging(real, 1) });
    assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(bytes));
    assert.equal((await world.counts()).tally.copiedObjects, 1);
  });

  test(`${way}: a copy that stays bad is removed, and the object fails`, { timeout: 60_000 }, async () => {
    const world = await migrated({ "source_folder/a": bytes }, { spec, target: (real) => damaging(real, 1000) });
    assert.deepEqual((await world.counts()).failuresByCode, { TARGET_CHECKSUM_MISMATCH: 1 });
    assert.equal((await only(world))?.attempts, 5);
    assert.deepEqual(world.target.keys(), []);
    assert.equal(world.target.openUploads(), 0);
  });
}

test("an object in parts has the attempts of its part that needed the most; begun anew, those of its last upload and one", async () => {
  const spec = { largeObjects: { multipartThreshold: mebibyte, spreadThreshold: 1024 * mebibyte, partSize: mebibyte } };
  const bytes = Buffer.alloc(6 * mebibyte, "0123456789abcdef");
  for (const isLost of [false, true]) {
    const losses = isLost ? [new Fault("TARGET_UPLOAD_LOST", "permanent")] : [];
    const refused = { second: 1, third: 2 };
    const target = (real: ObjectTarget): ObjectTarget => ({
      ...real,
      uploads: {
        ...real.uploads,
        async putPart(upload, partNumber, payload, options) {
          if (partNumber === 2 && refused.second-- > 0) throw transient();
          if (partNumber === 3 && refused.third-- > 0) throw transient();
          if (partNumber === 6) while (refused.third > 0) await wait(5);
          const lost = partNumber === 6 ? losses.pop() : undefined;
          if (lost !== undefined) throw lost;
          return real.uploads.putPart(upload, partNumber, payload, options);
        },
      },
    });
    const world = await migrated({ "source_folder/a": bytes }, { spec, target });
    assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(bytes));
    assert.equal((await only(world))?.attempts, isLost ? 2 : 3);
  }
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

/** A way to OSS that flips a byte of the first `times` bodies, and takes their Content-MD5 away so that OSS cannot tell. */
function damaging(real: ObjectTarget, times: number): ObjectTarget {
  let left = times;
  const damaged = <P extends Parameters<ObjectTarget["put"]>[0]["payload"]>(payload: P) => {
    left -= 1;
    if (left < 0) return payload;
    if ("bytes" in payload) return { bytes: flipped(payload.bytes) };
    const chunks = (async function* () {
      let isFirst = true;
      for await (const chunk of payload.chunks) {
        yield isFirst ? flipped(chunk) : chunk;
        isFirst = false;
      }
    })();
    return { chunks, sizeBytes: payload.sizeBytes };
  };
  return {
    ...real,
    put: (request, options) => real.put({ ...request, payload: damaged(request.payload) }, options),
    uploads: {
      ...real.uploads,
      putPart: (upload, partNumber, payload, options) =>
        real.uploads.putPart(upload, partNumber, damaged(payload), options),
    },
  };
}

test("an object that changes each time it is read fails as one that never rests", async () => {
  const world = await migrated(
    { "source_folder/a": "x" },
    {
      source: (real) => ({
        ...real,
        read: () => Promise.reject(new Fault("SOURCE_CHANGING", "transient")),
      }),
    },
  );
  assert.deepEqual((await world.counts()).failuresByCode, { SOURCE_CHANGING: 1 });
  assert.equal((await only(world))?.attempts, 4);
});

test("throttling burns no attempt", async () => {
  let throttled = 8;
  const source = (real: ObjectSource): ObjectSource => ({
    ...real,
    read(request, options) {
      throttled -= 1;
      const fault = new Fault("SOURCE_THROTTLED", "throttled", { retryAfterMs: 1 });
      return throttled >= 0 ? Promise.reject(fault) : real.read(request, options);
    },
  });
  const world = await migrated({ "source_folder/a": "x" }, { source });
  assert.equal((await world.counts()).tally.copiedObjects, 1);
});

test("a body that does not match the MD5 that the source stores is refused by OSS and blamed on the source", async () => {
  const world = await migrated(
    { "source_folder/a": "x" },
    {
      source: (real) => ({
        ...real,
        async read(request, options) {
          const body = await real.read(request, options);
          return {
            ...body,
            chunks: (async function* () {
              yield Buffer.from("Y");
            })(),
          };
        },
      }),
    },
  );
  assert.deepEqual((await world.counts()).failuresByCode, { SOURCE_CHECKSUM_MISMATCH: 1 });
  assert.deepEqual(world.target.keys(), []);
});

for (const [size, way] of [
  [9, "through memory"],
  [2 * mebibyte, "streamed"],
  [9 * mebibyte, "in parts"],
] as const) {
  for (const [isRight, title] of [
    [true, "proves the copy"],
    [false, "fails it, and nothing stays at the target"],
  ] as const) {
    test(`${way}: a stored CRC-32 ${title}`, { timeout: 60_000 }, async () => {
      const bytes = Buffer.alloc(size, "123456789");
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE((crc32(bytes) ^ (isRight ? 0 : 1)) >>> 0);
      const spec = {
        largeObjects: { multipartThreshold: 8 * mebibyte, partSize: mebibyte },
      };
      const world = createWorld({ spec });
      world.source.lay({
        key: "source_folder/a",
        bytes,
        etag: "opaque-2",
        checksums: { crc32: sum.toString("base64") },
      });
      await world.worker().runTask(await world.plan(await world.lay({})), createTestHold());
      const outcome = await only(world);
      if (isRight) {
        assert.ok(outcome?.state === "copied" && outcome.proof === "crc32");
        assert.ok(Buffer.from(world.target.held("destination_folder/a")?.bytes ?? "").equals(bytes));
      } else {
        assert.ok(outcome?.state === "failed" && outcome.code === "SOURCE_CHECKSUM_MISMATCH");
        assert.deepEqual(world.target.keys(), []);
      }
    });
  }
}

test("an object under SSE-KMS is copied although its ETag is no MD5", async () => {
  const world = createWorld();
  const etag = "0123456789abcdef0123456789abcdef";
  world.source.lay({ key: "source_folder/a", bytes: Buffer.from("x"), etag, encryption: "aws:kms" });
  await world.worker().runTask(await world.plan(await world.lay({})), createTestHold());
  const outcome = await only(world);
  assert.ok(outcome?.state === "copied" && outcome.proof === "none");
});

const policies = [
  ["never", "differs", "skipped", "old"],
  ["always", "new!", "copied", "new!"],
  ["if-different", "differs", "copied", "differs"],
  ["if-newer", "differs", "skipped", "old"],
] as const;
for (const [overwrite, body, state, after] of policies) {
  test(`overwrite ${overwrite}: what is there is ${state === "skipped" ? "left" : "replaced"}`, async () => {
    const bodies = Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [`source_folder/${key}`, body]));
    const world = await migrated(bodies, {
      spec: { overwrite },
      prepare: (before) => put(before, "destination_folder/c", "old"),
    });
    assert.equal(text(world, "destination_folder/c"), after);
    assert.equal((await world.outcomes())[2]?.state, state);
    assert.equal((await world.counts()).tally.copiedObjects, state === "copied" ? 5 : 4);
  });
}

test("what another job has copied is skipped, and asked for only where something is there", async () => {
  const heads: string[] = [];
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    head(key, options) {
      heads.push(key);
      return real.head(key, options);
    },
  });
  const bodies = Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [`source_folder/${key}`, key]));
  const world = await migrated(bodies, {
    target,
    prepare: (before) =>
      before.target.put(
        {
          key: "destination_folder/c",
          payload: { bytes: Buffer.from("c") },
          attributes: {
            ...attributes,
            userMetadata: {
              "causeway-source-etag": createHash("md5").update("c").digest("hex"),
              "causeway-source-modified": "1",
              "causeway-job": "another",
            },
          },
          ifThere: "replace",
        },
        noSignal,
      ),
  });
  assert.deepEqual(heads, ["destination_folder/c"]);
  const { tally } = await world.counts();
  assert.deepEqual([tally.copiedObjects, tally.skippedObjects], [4, 1]);
});

test("a lost answer to Complete is no failure: the object is there", async () => {
  const bytes = Buffer.alloc(9 * mebibyte, 1);
  const spec = {
    largeObjects: { multipartThreshold: 8 * mebibyte, spreadThreshold: 8 * mebibyte, partSize: mebibyte },
  };
  let completes = 0;
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    uploads: {
      ...real.uploads,
      async complete(upload, parts, options) {
        completes += 1;
        await real.uploads.complete(upload, parts, options);
        throw transient();
      },
    },
  });
  const world = await migrated({ "source_folder/a": bytes }, { spec, target });
  assert.equal(completes, 1);
  assert.equal((await world.counts()).tally.copiedObjects, 1);
});

test("an upload that somebody aborted is begun anew", async () => {
  const bytes = Buffer.alloc(9 * mebibyte, 1);
  const spec = {
    largeObjects: { multipartThreshold: 8 * mebibyte, spreadThreshold: 8 * mebibyte, partSize: mebibyte },
  };
  let completes = 0;
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    uploads: {
      ...real.uploads,
      async complete(upload, parts, options) {
        completes += 1;
        if (completes === 1) await real.uploads.abort(upload, options);
        return real.uploads.complete(upload, parts, options);
      },
    },
  });
  const world = await migrated({ "source_folder/a": bytes }, { spec, target });
  assert.equal(completes, 2);
  assert.equal((await world.counts()).tally.copiedObjects, 1);
  assert.deepEqual(await world.ledger.uploads.list(world.jobId, 10), []);
});

test("with overwrite never, a lost answer to a PUT still counts as copied", async () => {
  let puts = 0;
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    async put(request, options) {
      puts += 1;
      const stored = await real.put(request, options);
      if (puts === 1) throw transient();
      return stored;
    },
  });
  const world = await migrated({ "source_folder/a": "x" }, { spec: { overwrite: "never" }, target });
  assert.equal((await world.counts()).tally.copiedObjects, 1);
  assert.equal((await only(world))?.state, "copied");
});

test("with overwrite never, an object that appears in the meantime stays", async () => {
  let world: World | undefined;
  const source = (real: ObjectSource): ObjectSource => ({
    ...real,
    async read(request, options) {
      if (world !== undefined) await put(world, "destination_folder/a", "somebody else's");
      return real.read(request, options);
    },
  });
  world = createWorld({ spec: { overwrite: "never" }, source });
  const pointer = await world.plan(await world.lay({ "source_folder/a": "x" }));
  await world.worker().runTask(pointer, createTestHold());
  assert.equal(text(world, "destination_folder/a"), "somebody else's");
  assert.equal((await world.counts()).tally.skippedObjects, 1);
});

test("a defect costs the object, not the task", async () => {
  const world = await migrated(
    { "source_folder/a": "1", "source_folder/b": "2" },
    {
      source: (real) => ({
        ...real,
        read(request, options) {
          if (request.key.endsWith("b")) throw new TypeError("a defect");
          return real.read(request, options);
        },
      }),
    },
  );
  assert.deepEqual((await world.counts()).failuresByCode, { INTERNAL: 1 });
  assert.equal((await world.counts()).tally.copiedObjects, 1);
});
