import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeRedis } from "../../domain/preflight/redis.ts";
import { startRedisServer } from "../../testing/ledger-redis-server.ts";
import { connectRedis } from "./connect.ts";
import { readRedis } from "./health.ts";

const quiet = { info: () => undefined, warn: () => undefined };

const cases = [
  {
    says: "with AOF, noeviction and room is all right",
    settings: ["--appendonly", "yes", "--maxmemory-policy", "noeviction"],
    states: ["ok", "ok"],
  },
  {
    says: "with little room is a warning",
    settings: ["--appendonly", "yes", "--maxmemory", "100mb"],
    states: ["ok", "warning"],
  },
  {
    says: "without AOF, and with a policy that throws keys away, is a failure",
    settings: ["--appendonly", "no", "--maxmemory", "10gb", "--maxmemory-policy", "allkeys-lru"],
    states: ["failure", "failure", "ok"],
  },
  {
    says: "that does not show its settings is a warning",
    settings: ["--appendonly", "yes", "--rename-command", "CONFIG", ""],
    states: ["warning", "ok"],
  },
];

for (const { says, settings, states } of cases) {
  test(`a Redis ${says}`, async (t) => {
    const server = await startRedisServer({ settings });
    if (server === undefined) return t.skip("redis-server is not installed");
    t.after(() => server.stop());
    const redis = connectRedis({ url: server.url, whileAway: "wait", log: quiet });
    t.after(() => redis.disconnect());
    const readings = await readRedis(redis);
    assert.deepEqual(
      readings.flatMap(judgeRedis).map(({ state }) => state),
      states,
    );
  });
}
