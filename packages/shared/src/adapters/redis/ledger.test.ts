import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { type RedisServer, startRedisServer } from "../../testing/ledger-redis-server.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createRedisLedger } from "./ledger.ts";

const server: RedisServer | undefined = await startRedisServer();

describe("Redis", { skip: server === undefined ? "redis-server is not installed" : false }, () => {
  let redis: Redis;
  before(() => {
    redis = new Redis(server?.url ?? "");
  });
  after(async () => {
    redis.disconnect();
    await server?.stop();
  });

  ledgerContract("Redis", async (clock) => {
    await redis.flushall();
    return createRedisLedger(redis, { clock, holder: "exam" });
  });

  test("a lease in Redis is one holder's until it expires or is released", async () => {
    const { signal } = new AbortController();
    const clock = createManualClock();
    const [a, b] = ["a", "b"].map((holder) => createRedisLedger(redis, { clock, holder }).lease);
    assert.ok(a !== undefined && b !== undefined);
    assert.equal(await a.hold("duty", 60_000, { signal }), true);
    assert.equal(await b.hold("duty", 60_000, { signal }), false);
    await b.release("duty");
    assert.equal(await b.hold("duty", 60_000, { signal }), false);
    await a.release("duty");
    assert.equal(await b.hold("duty", 60_000, { signal }), true);
  });
});
