import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SystemPlan } from "../system/system.ts";
import { asked } from "../system/asked.ts";
import { type Rules, startIntegrityWorld } from "./integrity-world.ts";

const one = (bytes: number): NonNullable<SystemPlan["source"]> => ({
  kind: "synthetic",
  objects: 1,
  keys: { scheme: "sequential", prefix: "from/" },
  sizes: { distribution: "fixed", bytes },
});

describe("input that cannot work", { timeout: 900_000 }, () => {
  test("part sizes that cannot work are refused at submit, with the numbers", async (t) => {
    const { system } = await startIntegrityWorld(t, { source: one(1), workers: 0, masters: 0 });
    const rows: readonly (readonly [object, RegExp])[] = [
      [{ partSize: 102_399 }, /largeObjects\.partSize.*102400 bytes \(100 KB\)/],
      [{ partSize: 5 * 1024 ** 3 + 1 }, /largeObjects\.partSize.*5368709120 bytes \(5 GB\)/],
      [
        { partSize: 102_400, multipartThreshold: 5 * 1024 ** 3, spreadThreshold: 5 * 1024 ** 3 },
        /102400 x 10000 = 1024000000 bytes, less than multipartThreshold \(5368709120\)/,
      ],
    ];
    for (const [largeObjects, said] of rows) {
      const { status, body } = await system.call("POST", "/jobs", system.job({ largeObjects }));
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(JSON.stringify(body), said);
    }
  });

  test("an object that is larger than OSS can hold fails with the numbers, and nothing is begun", async (t) => {
    const { system, run } = await startIntegrityWorld(t, { source: one(60 * 1024 ** 4) });
    const { end, outcomes, leftUploads } = await run({});
    assert.deepEqual([end.jobState, end.failuresByCode], ["Failed", { OBJECT_TOO_LARGE: 1 }]);
    const [outcome] = outcomes.values();
    assert.match(outcome?.state === "failed" ? outcome.message : "", /65970697666560 bytes .* 10000 parts of 5 GB/);
    const begun = await fetch(`${system.stores.oss.url}/_emulator/requests`);
    assert.doesNotMatch(await begun.text(), /InitiateMultipartUpload/);
    assert.equal(leftUploads, 0);
  });

  test("an object of more than 10,000 parts of the wished size gets larger parts", async (t) => {
    const bytes = 10_000 * 102_400 + 1;
    const largeObjects = { multipartThreshold: 102_400, partSize: 102_400, spreadThreshold: 5 * 1024 ** 3 };
    const { system } = await startIntegrityWorld(t, { source: one(bytes), target: { kind: "sink" } });
    const id = await system.submit(system.job({ largeObjects }));
    const end = await system.until(id, ({ jobState }) => jobState !== "Running", 300_000);
    assert.deepEqual([end.jobState, end.objects.copied, end.bytes.copied], ["Succeed", 1, bytes]);
    assert.equal((await asked(system.stores.oss, "UploadPart")).requests, Math.ceil(bytes / 1024 ** 2));
  });

  test("stores that never answer, or stop in the middle of a body, are left after their deadline and asked anew", async (t) => {
    const { system, run } = await startIntegrityWorld(t);
    const s3: Rules = [
      { fault: "hang", operation: "GetObject", keyPattern: "small/md5$", timesPerKey: 1 },
      { fault: "stall", operation: "GetObject", keyPattern: "streamed/md5$", timesPerKey: 1 },
      { fault: "stall", operation: "GetObject", keyPattern: "parts/sha256$", timesPerKey: 1 },
    ];
    const oss: Rules = [
      { fault: "hang", operation: "PutObject", keyPattern: "(small|streamed)/none$", timesPerKey: 1 },
      { fault: "hang", operation: "UploadPart", keyPattern: "parts/none$", timesPerKey: 1 },
    ];
    const { end, outcomes, job, leftUploads } = await run({ s3, oss });
    assert.deepEqual([end.jobState, end.objects.copied, leftUploads], ["Succeed", 12, 0]);
    for (const name of ["small/md5", "streamed/md5", "small/none", "streamed/none"]) {
      assert.equal(outcomes.get(name)?.attempts, 2, name);
    }
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
    const url = /"url":"(http:[^"]+)"/.exec(await system.processes.log("worker-1"))?.[1] ?? "";
    const text = await (await fetch(`${url}/metrics`)).text();
    assert.match(text, /migration_faults_total\{code="SOURCE_UNREACHABLE",kind="transient",[^}]*\} [1-9]/);
    assert.match(text, /migration_faults_total\{code="TARGET_UNREACHABLE",kind="transient",[^}]*\} [1-9]/);
  });

  test("one object that is never answered fails; the store's other objects are copied", async (t) => {
    const { run } = await startIntegrityWorld(t);
    const { end, outcomes } = await run({
      s3: [{ fault: "hang", operation: "GetObject", keyPattern: "small/md5$" }],
    });
    assert.deepEqual([end.jobState, end.objects.copied, end.objects.failed], ["Failed", 11, 1]);
    assert.deepEqual(end.failuresByCode, { SOURCE_UNREACHABLE: 1 });
    assert.equal(outcomes.get("small/md5")?.attempts, 5);
  });
});
