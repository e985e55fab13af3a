import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { freePort, type RedisServer, startRedisServer } from "../../testing/ledger-redis-server.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createRedisLedger } from "./ledger.ts";

const server: RedisServer | undefined = await startRedisServer();
const skip = server === undefined ? "redis-server is not installed" : false;

describe("Redis", { skip }, () => {
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
    assert.equal(await b.hold("duty", 1, { signal }), true);
    let taken = false;
    for (let tries = 0; tries < 200 && !taken; tries += 1) {
      await sleep(25);
      taken = await a.hold("duty", 60_000, { signal });
    }
    assert.ok(taken, "a lease that has expired is free");
  });
});

describe("a lease that was renewed a moment ago", { skip }, () => {
  test("is not asked about again, but is once time has passed or it was given back", async () => {
    const server = await startRedisServer();
    assert.ok(server !== undefined);
    const redis = new Redis(server.url);
    try {
      const { signal } = new AbortController();
      const clock = createManualClock();
      const [a, b] = ["a", "b"].map((holder) => createRedisLedger(redis, { clock, holder }).lease);
      assert.ok(a !== undefined && b !== undefined);
      assert.equal(await a.hold("duty", 5000, { signal }), true);
      // Redis has lost it, and somebody else has it by now.
      await redis.flushall();
      assert.equal(await b.hold("duty", 60_000, { signal }), true);
      clock.advance(1999);
      assert.equal(await a.hold("duty", 5000, { signal }), true, "for this while two holders do no harm");
      clock.advance(1);
      assert.equal(await a.hold("duty", 5000, { signal }), false);
      await b.release("duty");
      assert.equal(await a.hold("duty", 5000, { signal }), true);
      await a.release("duty");
      assert.equal(await b.hold("duty", 60_000, { signal }), true);
      assert.equal(await a.hold("duty", 5000, { signal }), false, "what was given back is not ours");
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

// A cluster refuses a call whose keys lie in several slots, and a script that touches a key of another one.
describe("a Redis Cluster", { skip }, () => {
  let cluster: RedisServer | undefined;
  let redis: Redis;
  before(async () => {
    const settings = ["--cluster-enabled", "yes", "--cluster-port", String(await freePort())];
    cluster = await startRedisServer({ settings });
    redis = new Redis(cluster?.url ?? "");
    await redis.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    for (let tries = 0; tries < 400; tries += 1) {
      if (String(await redis.call("CLUSTER", "INFO")).includes("cluster_state:ok")) return;
      await sleep(25);
    }
  });
  after(async () => {
    redis.disconnect();
    await cluster?.stop();
  });

  ledgerContract("a Redis Cluster", async (clock) => {
    await redis.flushall();
    return createRedisLedger(redis, { clock, holder: "exam" });
  });
});
