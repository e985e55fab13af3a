import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { runLedgerModel } from "../../testing/ledger-model.ts";
import { modelRun } from "../../testing/ledger-model-size.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { createRedisLedger } from "./ledger.ts";

const server = await startRedisServer();
const skip = server === undefined ? "redis-server is not installed" : false;

test(
  "whatever happens in whatever order, the ledger in Redis loses no object and counts none twice",
  { skip },
  async (t) => {
    const redis = new Redis(server?.url ?? "");
    t.after(async () => {
      redis.disconnect();
      await server?.stop();
    });
    const run = modelRun("REDIS", { schedules: 300, budgetMs: 10_000 });
    const done = await runLedgerModel(async (clock) => createRedisLedger(redis, { clock, holder: "model" }), run);
    assert.ok(done > 0);
    assert.deepEqual(await redis.keys("*"), [], "a removed job leaves no key");
    t.diagnostic(`${done} schedules from seed ${run.seed} on`);
  },
);
