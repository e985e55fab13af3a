import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import type { PlannedTask } from "../../domain/task.ts";
import type { Ledger } from "../../ports/ledger.ts";
import { someObject } from "../../testing/builders.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { newId, plan, runAll, submit } from "../../testing/ledger-steps.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { jobKey } from "./keys.ts";
import { createRedisLedger } from "./ledger.ts";
import { createRunStep, jobScript, textOf } from "./scripts.ts";

const server = await startRedisServer();

/** Objects whose keys and ETags are as random as real ones. */
function randomTask(count: number, keyBytes: number): PlannedTask {
  const objects = Array.from({ length: count }, () =>
    someObject({ key: `a/${randomBytes(keyBytes).toString("hex")}`, etag: randomBytes(16).toString("hex") }),
  );
  return { taskId: newId(), manifest: { kind: "copy-batch", objects } };
}

describe("failed objects in Redis", { skip: server === undefined ? "redis-server is not installed" : false }, () => {
  let redis: Redis;
  let ledger: Ledger;
  before(() => {
    redis = new Redis(server?.url ?? "");
    ledger = createRedisLedger(redis, { clock: createManualClock(), holder: "test" });
  });
  after(async () => {
    await redis.quit();
    await server?.stop();
  });

  /** A running job all of whose objects have failed. */
  async function failedJob(tasks: readonly PlannedTask[]): Promise<string> {
    const jobId = await submit(ledger, { failureLimits: { share: 1 } });
    await plan(ledger, jobId, tasks);
    await runAll(ledger, jobId, () => "SOURCE_ARCHIVED");
    return jobId;
  }

  async function bytesOfFailures(jobId: string): Promise<number> {
    const usages = (["failed", "batches"] as const).map((name) =>
      redis.memory("USAGE", jobKey(jobId, name), "SAMPLES", 0),
    );
    return (await Promise.all(usages)).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  }

  test("of many tasks take little more than their keys and ETags once they are put together", async () => {
    const tasks = 1000;
    const jobId = await failedJob(Array.from({ length: tasks }, () => randomTask(1, 8)));
    const apart = (await bytesOfFailures(jobId)) / tasks;
    const limits = { objectCountLimit: 1000, objectSizeLimit: 1 << 30 };
    const merges = [];
    for (let step = 0; step < 10; step += 1) {
      merges.push(...(await ledger.failures.compact(jobId, { atLeast: 1, limits, newId })));
    }
    assert.equal(merges.flatMap(({ replaced }) => replaced).length, tasks);
    const together = (await bytesOfFailures(jobId)) / tasks;
    assert.ok(together < 50 && together < apart / 5, `${apart} bytes apart, ${together} together`);
  });

  test("that fill their batches are passed over in the same call, however many megabytes they are", async () => {
    const full = Array.from({ length: 10 }, () => randomTask(100, 400));
    const small = Array.from({ length: 4 }, () => randomTask(1, 8));
    const jobId = await failedJob([...full, ...small]);
    const limits = { objectCountLimit: 100, objectSizeLimit: 1 << 30 };
    const merges = await ledger.failures.compact(jobId, { atLeast: 1, limits, newId });
    assert.deepEqual(
      merges.map(({ replaced }) => replaced.length),
      [small.length],
    );
  });

  test("that take more room together than apart are counted all the same", async () => {
    const jobId = await failedJob([randomTask(1, 8), randomTask(1, 8)]);
    const members = await redis.zrange(jobKey(jobId, "failed"), "0", "-1");
    const before = Number(await redis.hget(jobKey(jobId, "counts"), "failureBytes"));
    const larger = "1\n".padEnd(2 * before, "x");
    const args = ["0", "2", "SOURCE_ARCHIVED", newId(), "2", 2, 2, larger, members.length, ...members];
    assert.equal(textOf(await createRunStep(redis)(jobScript("compact"), jobId, args)), "done");
    assert.equal(Number(await redis.hget(jobKey(jobId, "counts"), "failureBytes")), larger.length);
  });
});
