import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asked } from "../system/asked.ts";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 400;
let system: System;
before(async () => {
  const keys = { scheme: "sequential", prefix: "from/" } as const;
  system = await startSystem({
    source: { kind: "synthetic", objects, keys, sizes: { distribution: "fixed", bytes: 2000 } },
  });
});
after(() => system.stop());

interface Failures {
  readonly items: readonly { readonly key: string; readonly code: string; readonly message: string }[];
  readonly nextCursor: string | null;
}

test("20 objects that the source refuses show in failures with their code, and retry copies exactly those", async () => {
  // Every twentieth key, whatever the scheme's digits are: the last two decide.
  const keyPattern = "(00|20|40|60|80)$";
  await system.faults("s3", {
    rules: [{ operation: "GetObject", keyPattern, fault: "status", status: 403, code: "AccessDenied" }],
  });
  const job = system.job();
  const id = await system.submit(job);
  const failed = await system.until(id, hasEnded);
  assert.equal(failed.jobState, "Failed");
  assert.deepEqual(failed.objects, { listed: objects, copied: objects - 20, skipped: 0, failed: 20 });
  assert.deepEqual(failed.failuresByCode, { SOURCE_ACCESS_DENIED: 20 });
  assert.equal((await system.compare(job)).isEqual, false);

  const first = (await system.call("GET", `/jobs/${id}/failures?limit=15`)).body as Failures;
  const rest = (await system.call("GET", `/jobs/${id}/failures?limit=15&after=${first.nextCursor ?? ""}`))
    .body as Failures;
  const keys = [...first.items, ...rest.items].map(({ key }) => key);
  assert.equal(new Set(keys).size, 20);
  assert.ok(
    [...first.items, ...rest.items].every(({ code, message }) => code === "SOURCE_ACCESS_DENIED" && message !== ""),
  );
  assert.equal(rest.nextCursor, null);

  await system.faults("s3", {});
  const before = await writes();
  const retried = await system.call("POST", `/jobs/${id}/retry`, { codes: ["SOURCE_ACCESS_DENIED"] });
  assert.equal(retried.status, 202);
  assert.equal((retried.body as { objects: number }).objects, 20);
  const ended = await system.until(id, ({ jobState }) => jobState === "Succeed");
  assert.deepEqual(ended.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
  assert.equal((await writes()) - before, 20);
  assert.deepEqual((await system.compare(job)).isEqual, true);
});

test("retry of a job that never was is 404, of one that has no failures changes nothing", async () => {
  assert.equal((await system.call("POST", "/jobs/nowhere/retry", {})).status, 404);
});

async function writes(): Promise<number> {
  return (await asked(system.stores.oss, "PutObject")).requests;
}
