import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import type { Rewind } from "../../testing/ledger-model/machine.ts";
import type { Weigh } from "../../testing/ledger-model/model.ts";
import { runLedgerModel } from "../../testing/ledger-model/run.ts";
import { modelRun } from "../../testing/ledger-model/size.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { taskKey } from "./keys.ts";
import { createRedisLedger } from "./ledger.ts";

const server = await startRedisServer();
const skip = server === undefined ? "redis-server is not installed" : false;

test(
  "whatever happens in whatever order, the ledger in Redis loses no object and counts none twice, also when Redis falls back",
  { skip },
  async (t) => {
    const redis = new Redis(server?.url ?? "");
    t.after(async () => {
      redis.disconnect();
      await server?.stop();
    });
    const run = modelRun("REDIS", { schedules: 300, budgetMs: 10_000 });
    const done = await runLedgerModel(async (clock) => {
      const ledger = createRedisLedger(redis, { clock, holder: "model" });
      return { ledger, weigh: weighOf(redis), rewind: rewindOf(redis) };
    }, run);
    assert.ok(done > 0);
    assert.deepEqual(await redis.keys("*"), [], "a removed job leaves no key");
    t.diagnostic(`${done} schedules from seed ${run.seed} on`);
  },
);

/** By the manifests that are there. */
function weighOf(redis: Redis): Weigh {
  return async (jobId, tasks) => {
    const sizes = await Promise.all(tasks.map(({ taskId }) => redis.hstrlen(taskKey(jobId, taskId), "manifest")));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
}

function rewindOf(redis: Redis): Rewind {
  let saved: readonly { readonly key: string; readonly value: Buffer | null }[] = [];
  return {
    async save() {
      const keys = await redis.keys("*");
      saved = await Promise.all(keys.map(async (key) => ({ key, value: await redis.dumpBuffer(key) })));
    },
    async fallBack() {
      const keys = await redis.keys("*");
      if (keys.length > 0) await redis.unlink(keys);
      for (const { key, value } of saved) if (value !== null) await redis.restore(key, 0, value);
    },
  };
}
