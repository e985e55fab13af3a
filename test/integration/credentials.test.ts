import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 3000;
let system: System;
before(async () => {
  const keys = { scheme: "sequential", prefix: "from/" } as const;
  system = await startSystem({
    source: { kind: "synthetic", objects, keys, sizes: { distribution: "fixed", bytes: 500 } },
  });
});
after(() => system.stop());

function credentials() {
  const { s3, oss } = system.stores;
  return {
    source: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    target: { accessKeyId: oss.accessKeyId, secretAccessKey: oss.secretAccessKey },
  };
}

function jobTo(prefix: string): Record<string, unknown> {
  const job = system.job();
  const tasks = { objectCountLimit: 200 };
  return { ...job, tasks, target: { ...(job["target"] as object), prefix } };
}

const expiries = [
  { store: "s3", operation: "GetObject", code: "ExpiredToken", reason: "SOURCE_CREDENTIALS_EXPIRED" },
  { store: "oss", operation: "PutObject", code: "SecurityTokenExpired", reason: "TARGET_CREDENTIALS_EXPIRED" },
  { store: "s3", operation: "ListObjectsV2", code: "ExpiredToken", reason: "SOURCE_CREDENTIALS_EXPIRED" },
] as const;

for (const { store, operation, code, reason } of expiries) {
  const title = `${operation} with credentials that expire in the middle pauses the job; with new ones no object is left behind`;
  test(title, { timeout: 240_000 }, async () => {
    const expired = { operation, fault: "status", status: 403, code } as const;
    const slow = { operation, fault: "latency", ms: 2000 } as const;
    const isListing = operation === "ListObjectsV2";
    await system.faults(store, { rules: [isListing ? slow : { ...expired, fromRequest: 700 }] });
    const job = jobTo(`expired-${operation}/`);
    const id = await system.submit(job);
    if (isListing) {
      // Not counted in requests: the check before and the probes of splits are some, too, however many.
      await system.until(id, (stats) => stats.objects.listed > 0);
      await system.faults(store, { rules: [expired] });
    }
    const paused = await system.until(id, (stats) => stats.jobState !== "Running");
    assert.equal(paused.jobState, "Paused");
    assert.equal(paused.stateReason?.code, reason);
    assert.match(paused.stateReason.message, new RegExp(code));
    const before = await system.until(id, ({ runningTasks }) => runningTasks === 0);
    assert.ok(before.objects.copied < objects);
    assert.equal(before.objects.failed, 0);

    await system.faults(store, {});
    const resumed = await system.call("POST", `/jobs/${id}/resume`, { credentials: credentials() });
    assert.equal(resumed.status, 202);
    const ended = await system.until(id, hasEnded);
    assert.equal(ended.jobState, "Succeed", JSON.stringify(ended));
    assert.deepEqual([ended.objects.copied + ended.objects.skipped, ended.objects.failed], [objects, 0]);
    assert.equal((await system.compare(job)).isEqual, true);
  });
}

test("a job that failed for a wrong key goes on by retry with the right one", { timeout: 240_000 }, async () => {
  const job = jobTo("wrong-key/");
  const source = { ...(job["source"] as object), credentials: { ...credentials().source, secretAccessKey: "wrong" } };
  const id = await system.submit({ ...job, source });
  const failed = await system.until(id, hasEnded);
  assert.equal(failed.jobState, "Failed");
  const again = await system.call("POST", `/jobs/${id}/retry`, { credentials: { source: { from: "nowhere" } } });
  assert.equal(again.status, 400);
  const retried = await system.call("POST", `/jobs/${id}/retry`, { credentials: { source: credentials().source } });
  assert.equal(retried.status, 202);
  const ended = await system.until(id, ({ jobState }) => jobState === "Succeed");
  assert.deepEqual(ended.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
});
