import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTaskConsumer } from "../packages/shared/src/adapters/bullmq/consumer.ts";
import { createShardQueue, createTaskQueue } from "../packages/shared/src/adapters/bullmq/queue.ts";
import { connectRedis } from "../packages/shared/src/adapters/redis/connect.ts";
import {
  budgetKey,
  indexKeys,
  jobKey,
  jobKeyNames,
  leaseKey,
  noticeKey,
  taskKey,
  workerKeys,
} from "../packages/shared/src/adapters/redis/keys.ts";
import { createLogger } from "../packages/shared/src/platform/logger.ts";
import { startRedisServer } from "../packages/shared/src/testing/ledger-redis-server.ts";

const page = readFileSync(new URL("../docs/data-model.md", import.meta.url), "utf8");

/** What stands in backticks in a column of the page's tables. */
function quoted(column: number): readonly string[] {
  return page
    .split("\n")
    .flatMap((line) => (line.startsWith("| `") ? [line.split("|")[column] ?? ""] : []))
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));
}

const known = [
  ...jobKeyNames.map((name) => jobKey("ID", name)),
  taskKey("ID", "TASK"),
  ...Object.values(indexKeys),
  noticeKey,
  ...Object.values(workerKeys),
  leaseKey("DUTY"),
  budgetKey("NAME"),
];
const isOfQueue = (key: string): boolean => key.startsWith("{causeway}:");

test("the page about what lies in Redis lists every key of the ledger, and none that is not there", () => {
  assert.deepEqual(
    quoted(1)
      .filter((key) => !isOfQueue(key))
      .toSorted(),
    known.toSorted(),
  );
});

const server = await startRedisServer({ settings: ["--maxmemory-policy", "noeviction"] });
const skip = server === undefined ? "redis-server is not installed" : false;

test("the page names every key that the queues make", { skip }, async (t) => {
  const log = createLogger({ service: "test", level: "fatal", version: "0" });
  const redis = connectRedis({ url: server?.url ?? "", ca: undefined, whileAway: "wait", log });
  t.after(async () => {
    redis.disconnect();
    await server?.stop();
  });
  const [tasks, shards] = [createTaskQueue(redis, log), createShardQueue(redis, log)];
  const seen = new Set<string>();
  const look = async (): Promise<void> => {
    for (const key of await redis.keys("*")) seen.add(key);
  };
  const consumer = createTaskConsumer(redis, { concurrency: 1, log, stalledIntervalMs: 200 });
  await shards.add([{ version: 1, jobId: "job", shardId: "shard" }]);
  await tasks.add([1, 2, 3].map((run) => ({ version: 1, jobId: "job", taskId: "f".repeat(32), run })));
  await look();
  const done = Promise.withResolvers<void>();
  let handled = 0;
  consumer.start(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await look();
    handled += 1;
    if (handled === 3) done.resolve();
    return "done";
  });
  await done.promise;
  await consumer.stop("drain");
  await Promise.all([tasks.close(), shards.close()]);
  assert.ok(seen.size > 10);
  const words = new Set(quoted(3));
  const isListed = (key: string): boolean => {
    const last = key.split(":").at(-1) ?? "";
    return isOfQueue(key) && (words.has(last) || last === "lock" || last.includes("-shard") || last.includes(`f-`));
  };
  assert.deepEqual(
    [...seen].filter((key) => !isListed(key)),
    [],
  );
});
