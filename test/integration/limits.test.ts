import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasEnded, startSystem, type JobStats, type System } from "../system/system.ts";

const objects = 5000;
const sizeBytes = 20_000;
let system: System;
before(async () => {
  system = await startSystem({
    workers: 2,
    source: {
      kind: "synthetic",
      objects,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: sizeBytes },
    },
    target: { kind: "sink" },
  });
});
after(() => system.stop());

/** Bytes per second that a job moves over some seconds. */
async function rateOf(jobId: string, seconds: number): Promise<number> {
  const from = { atMs: Date.now(), bytes: moved(await system.stats(jobId)) };
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const bytes = moved(await system.stats(jobId)) - from.bytes;
  return (bytes * 1000) / (Date.now() - from.atMs);
}

function moved(stats: JobStats): number {
  return stats.bytes.copied + progressOf(stats);
}

function progressOf(
  stats: JobStats & { readonly runningTasksProgress?: readonly { readonly bytesDone: number }[] },
): number {
  return (stats.runningTasksProgress ?? []).reduce((sum, { bytesDone }) => sum + bytesDone, 0);
}

test("two workers together keep a job's limit, PATCH changes it within seconds, and without one the job ends", async () => {
  const limit = 1_000_000;
  const id = await system.submit(system.job({ limits: { bytesPerSecond: limit }, tasks: { objectCountLimit: 500 } }));
  await system.until(id, (stats) => moved(stats) > limit);
  const slow = await rateOf(id, 10);
  assert.ok(slow < limit * 1.3, `${slow} bytes/s under a limit of ${limit}`);
  assert.ok(slow > limit * 0.5, `${slow} bytes/s under a limit of ${limit}`);

  const patched = await system.call("PATCH", `/jobs/${id}`, { limits: { bytesPerSecond: 4 * limit } });
  assert.equal(patched.status, 202);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const faster = await rateOf(id, 5);
  assert.ok(faster > limit * 1.5, `${faster} bytes/s after the limit was raised fourfold`);

  await system.call("PATCH", `/jobs/${id}`, { limits: { bytesPerSecond: limit } });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const slower = await rateOf(id, 5);
  assert.ok(slower < limit * 1.5, `${slower} bytes/s after the limit was lowered to ${limit} again`);

  await system.call("PATCH", `/jobs/${id}`, { limits: {} });
  const stats = await system.until(id, hasEnded);
  assert.equal(stats.objects.copied, objects);
});
