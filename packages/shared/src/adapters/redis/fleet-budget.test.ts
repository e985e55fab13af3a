import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { fleetBudgetContract } from "../../testing/fleet-budget-contract.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { createRedisFleetBudget } from "./fleet-budget.ts";

const server = await startRedisServer();
const skip = server === undefined ? "redis-server is not installed" : false;

describe("Redis", { skip }, () => {
  const redis = new Redis(server?.url ?? "", { lazyConnect: true });
  const budget = createRedisFleetBudget(redis);
  after(async () => {
    redis.disconnect();
    await server?.stop();
  });

  fleetBudgetContract("Redis", () => budget, wait);

  test("a budget that is out of reach says so within its time instead of waiting", async () => {
    const nowhere = new Redis({ host: "127.0.0.1", port: 1, maxRetriesPerRequest: null, lazyConnect: true });
    nowhere.on("error", () => {});
    const asked = createRedisFleetBudget(nowhere).lease(
      "job:x",
      { bytes: 1, requests: 1 },
      { bytesPerSecond: 1, requestsPerSecond: 1 },
    );
    await assert.rejects(asked, /does not answer/);
    nowhere.disconnect();
  });
});
