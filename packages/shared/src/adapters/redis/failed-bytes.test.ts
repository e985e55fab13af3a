import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { failedManifestBytesLimit } from "../../domain/failure-limit.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { commitOf, heldTask, outcomesOf } from "../../testing/ledger-steps.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { jobKey } from "./keys.ts";
import { createRedisLedger } from "./ledger.ts";

const server = await startRedisServer();
const skip = server === undefined ? "redis-server is not installed" : false;

test("a job whose failed objects take 256 MB of Redis pauses itself and says so", { skip }, async (t) => {
  const redis = new Redis(server?.url ?? "");
  t.after(async () => {
    redis.disconnect();
    await server?.stop();
  });
  const ledger = createRedisLedger(redis, { clock: createManualClock(), holder: "one" });
  for (const [before, state] of [
    [0, "running"],
    [failedManifestBytesLimit, "paused"],
  ] as const) {
    const { jobId, held } = await heldTask(ledger, 3);
    await redis.hset(jobKey(jobId, "counts"), "breakerBytes", before);
    const outcomes = outcomesOf(held, (index) => (index === 0 ? "TARGET_REFUSED" : undefined));
    assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, outcomes)), { answer: "counted" });
    const record = await ledger.jobs.get(jobId);
    assert.equal(record?.state, state);
    if (state === "paused")
      assert.match(record?.stateReason?.message ?? "", /takes 2684\d+ bytes; 268435456 are allowed/);
  }
});
