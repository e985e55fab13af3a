import assert from "node:assert/strict";
import { type TestContext, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type System, type SystemPlan, hasEnded, sourceBucket, startSystem } from "../system/system.ts";

/** Objects that the store computes, so that none has to be laid first. */
const synthetic = (objects: number): NonNullable<SystemPlan["source"]> => ({
  kind: "synthetic",
  objects,
  keys: { scheme: "sequential", prefix: "from/" },
});
const manyTasks = { tasks: { objectCountLimit: 200 } };

async function systemFor(t: TestContext, plan: SystemPlan): Promise<System> {
  const system = await startSystem(plan);
  t.after(() => system.stop());
  return system;
}

describe("workers as real processes", { timeout: 300_000 }, () => {
  test("one killed with -9 in the middle: another finishes, every object counts once", async (t) => {
    const system = await systemFor(t, { workers: 2, source: synthetic(2000) });
    await system.faults("s3", { rules: [{ fault: "latency", operation: "GetObject", ms: 500 }] });
    const job = system.job(manyTasks);
    const id = await system.submit(job);
    const early = await system.until(id, ({ objects }) => objects.copied > 100);
    await system.processes.kill("worker-1");
    assert.ok(early.objects.copied < 2000, "it was killed too late to prove anything");
    await system.faults("s3", { rules: [] });
    const end = await system.until(id, hasEnded);
    assert.equal(end.jobState, "Succeed");
    assert.deepEqual([end.objects.listed, end.objects.copied, end.objects.skipped], [2000, 2000, 0]);
    assert.equal(end.bytes.copied, end.bytes.listed);
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  });

  test("one stopped for longer than its lock and woken again changes no total and no byte", async (t) => {
    const system = await systemFor(t, { workers: 2, source: synthetic(2000) });
    await system.faults("s3", { rules: [{ fault: "latency", operation: "GetObject", ms: 500 }] });
    const job = system.job(manyTasks);
    const id = await system.submit(job);
    await system.until(id, ({ objects }) => objects.copied > 100);
    system.processes.signal("worker-1", "SIGSTOP");
    await system.faults("s3", { rules: [] });
    const end = await system.until(id, hasEnded);
    system.processes.signal("worker-1", "SIGCONT");
    assert.equal(end.jobState, "Succeed");
    await sleep(3000);
    const after = await system.stats(id);
    assert.deepEqual([after.objects.copied, after.objects.skipped, after.objects.failed], [2000, 0, 0]);
    assert.equal(after.bytes.copied, after.bytes.listed);
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  });

  test("one told to stop hands back what it holds and leaves with nothing lost", async (t) => {
    const system = await systemFor(t, { workers: 1, source: synthetic(1000), env: { DRAIN_TIMEOUT_MS: "200" } });
    await system.faults("s3", { rules: [{ fault: "latency", operation: "GetObject", ms: 500 }] });
    const job = system.job(manyTasks);
    const id = await system.submit(job);
    await system.until(id, ({ objects }) => objects.copied > 50);
    await system.processes.kill("worker-1", "SIGTERM");
    const between = await system.stats(id);
    assert.equal(between.runningTasks, 0, "what it held went back");
    assert.ok(between.pendingTasks + between.dispatchedTasks > 0);
    await system.faults("s3", { rules: [] });
    system.processes.again("worker-1");
    const end = await system.until(id, hasEnded);
    assert.deepEqual([end.jobState, end.objects.copied, end.objects.failed], ["Succeed", 1000, 0]);
  });

  test("an object replaced in mid-job arrives as its new version, a deleted one fails with its own code", async (t) => {
    const system = await systemFor(t, { workers: 1, env: { WORKER_CONNECTIONS: "1" } });
    const { s3: store } = system.stores;
    const s3 = new S3Client({
      endpoint: store.url,
      region: store.region,
      forcePathStyle: true,
      credentials: { accessKeyId: store.accessKeyId, secretAccessKey: store.secretAccessKey },
    });
    t.after(() => s3.destroy());
    const put = (name: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key: `from/${name}`, Body }));
    for (let n = 0; n < 20; n += 1) await put(`object-${String(n).padStart(2, "0")}`, `version 1 of ${n}`);
    await system.faults("s3", { rules: [{ fault: "latency", operation: "GetObject", ms: 1000 }] });
    const job = system.job();
    const id = await system.submit(job);
    await system.until(id, ({ objects, runningTasks }) => objects.listed === 20 && runningTasks === 1);
    await put("object-18", "version 2, and longer than before");
    await s3.send(new DeleteObjectCommand({ Bucket: sourceBucket, Key: "from/object-19" }));
    const end = await system.until(id, hasEnded);
    assert.equal(end.jobState, "Failed");
    assert.deepEqual(end.failuresByCode, { SOURCE_OBJECT_MISSING: 1 });
    assert.deepEqual([end.objects.copied, end.objects.failed], [19, 1]);
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  });

  test("resets, throttling, cut, flipped and lost answers cost attempts, and never a byte", async (t) => {
    const system = await systemFor(t, { workers: 2, source: synthetic(500) });
    const strikes = { share: 0.05, timesPerKey: 1 };
    await system.faults("s3", {
      rules: [
        { fault: "503", operation: "GetObject", ...strikes },
        { fault: "reset", operation: "GetObject", ...strikes },
        { fault: "truncate", operation: "GetObject", ...strikes },
        { fault: "flip-byte", operation: "GetObject", ...strikes },
      ],
    });
    await system.faults("oss", {
      rules: [
        { fault: "503-with-delay", operation: "PutObject", delayMs: 100, ...strikes },
        { fault: "lost-answer", operation: "PutObject", ...strikes },
        { fault: "flip-byte", side: "request", operation: "PutObject", ...strikes },
      ],
    });
    const job = system.job({ tasks: { objectCountLimit: 100 } });
    const id = await system.submit(job);
    const end = await system.until(id, hasEnded, 200_000);
    assert.deepEqual([end.jobState, end.objects.copied, end.objects.failed], ["Succeed", 500, 0]);
    await system.faults("s3", { rules: [] });
    await system.faults("oss", { rules: [] });
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  });
});
