import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import type { TaskPointer } from "../../domain/task.ts";
import type { Hold, TaskConsumer } from "../../ports/task-queue.ts";
import { type ConsumerOptions, createShardConsumer, createTaskConsumer } from "./consumer.ts";
import { createShardQueue, createTaskQueue } from "./queue.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-bullmq-"));
const path = join(folder, "redis.sock");
const quiet = { warn: () => {} };
let server: ChildProcess;
let redis: Redis;
const consumers: TaskConsumer[] = [];
const children: ChildProcess[] = [];

before(async () => {
  const args = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder, "--maxmemory-policy", "noeviction"];
  server = spawn("redis-server", args, { stdio: "ignore" });
  await until(() => existsSync(path));
  redis = new Redis({ path, maxRetriesPerRequest: null });
});
beforeEach(() => redis.flushall());
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop("hard")));
});
after(async () => {
  redis.disconnect();
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(folder, { recursive: true, force: true });
});

async function until(holds: () => boolean | Promise<boolean>, graceMs = 30_000): Promise<void> {
  const endMs = performance.now() + graceMs;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, "it did not come about in time");
    await wait(20);
  }
}

const pointer = (digit: string, run = 1): TaskPointer => ({ version: 1, jobId: "j", taskId: digit.repeat(32), run });

function consumer(options: Partial<ConsumerOptions> = {}): TaskConsumer {
  const made = createTaskConsumer(redis, {
    concurrency: 4,
    log: quiet,
    stalledIntervalMs: 250,
    lockDurationMs: 1000,
    ...options,
  });
  consumers.push(made);
  return made;
}

function consumerProcess(journal: string, holdMs: number): ChildProcess {
  const script = join(import.meta.dirname, "testing", "consumer-process.ts");
  const child = spawn(process.execPath, [script, path, journal, String(holdMs), "1000"], { stdio: "inherit" });
  children.push(child);
  return child;
}

const events = (journal: string): readonly string[] =>
  existsSync(journal) ? readFileSync(journal, "utf8").split("\n").filter(Boolean) : [];

test("a task reaches one handler and leaves nothing behind in the queue", async () => {
  const queue = createTaskQueue(redis, quiet);
  const seen: TaskPointer[] = [];
  await queue.add([pointer("a"), pointer("b")]);
  assert.equal(await queue.waiting(), 2);
  consumer().start(async (taken, hold) => {
    assert.ok(hold.isFresh());
    seen.push(taken);
    return "done";
  });
  await until(() => seen.length === 2);
  await until(
    async () => (await redis.keys("{causeway}:copy:a*")).length + (await redis.keys("{causeway}:copy:b*")).length === 0,
  );
  assert.deepEqual(new Set(seen.map(({ taskId }) => taskId[0])), new Set(["a", "b"]));
  await queue.close();
});

test("adding a task that waits or runs changes nothing; once it is off the queue it can be added again", async () => {
  const queue = createTaskQueue(redis, quiet);
  await queue.add([pointer("a"), pointer("a")]);
  await queue.add([pointer("a")]);
  assert.equal(await queue.waiting(), 1);
  const release = Promise.withResolvers<"done">();
  let handled = 0;
  consumer().start(() => {
    handled += 1;
    return release.promise;
  });
  await until(() => handled === 1);
  await queue.add([pointer("a")]);
  assert.equal(await queue.waiting(), 0);
  release.resolve("done");
  await until(async () => {
    await queue.add([pointer("a")]);
    return handled > 1;
  });
  await queue.close();
});

test("a handler that throws leaves the task to the sweep: it is off the queue", async () => {
  const queue = createTaskQueue(redis, quiet);
  let handled = 0;
  consumer().start(() => {
    handled += 1;
    throw new Error("a defect");
  });
  await queue.add([pointer("a")]);
  await until(() => handled === 1);
  await until(async () => {
    await queue.add([pointer("a")]);
    return handled > 1;
  });
  await queue.close();
});

test("a payload of an unknown version is delayed, neither failed nor dropped, and reaches a worker that knows it", async () => {
  const raw = new Queue("copy", { connection: redis, prefix: "{causeway}" });
  const warnings: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  consumer({ log, unknownDelayMs: 600_000 }).start(async () => assert.fail("nobody here knows it"));
  await raw.add("copy", { version: 2, all: "new" }, { jobId: "newer-1", removeOnFail: true, removeOnComplete: true });
  await until(async () => (await raw.getDelayedCount()) === 1);
  assert.equal(await raw.getFailedCount(), 0);
  assert.ok(warnings.some((message) => message.includes("unknown version")));
  const item = await raw.getJob("newer-1");
  assert.deepEqual(item?.data, { version: 2, all: "new" });
  await raw.close();
});

test("a task whose worker is killed is given to another", { timeout: 60_000 }, async () => {
  const queue = createTaskQueue(redis, quiet);
  const journal = join(folder, "killed");
  const child = consumerProcess(journal, 60_000);
  await queue.add([pointer("a")]);
  await until(() => events(journal).length === 1);
  child.kill("SIGKILL");
  const taken: TaskPointer[] = [];
  consumer().start(async (again) => {
    taken.push(again);
    return "done";
  });
  await until(() => taken.length === 1);
  assert.deepEqual(taken, [pointer("a")]);
  await queue.close();
});

test(
  "a worker stopped for longer than its lock sees that its hold is stale before it does anything",
  { timeout: 60_000 },
  async () => {
    const queue = createTaskQueue(redis, quiet);
    const journal = join(folder, "stopped");
    const child = consumerProcess(journal, 60_000);
    await queue.add([pointer("a")]);
    await until(() => events(journal).length === 1);
    child.kill("SIGSTOP");
    let finished = false;
    consumer().start(async () => {
      finished = true;
      return "done";
    });
    await until(() => finished);
    child.kill("SIGCONT");
    await until(() => events(journal).length === 2);
    assert.deepEqual(events(journal), [`taken ${"a".repeat(32)}`, `stale ${"a".repeat(32)}`]);
    await queue.close();
  },
);

test("a long task keeps its lock", { timeout: 60_000 }, async () => {
  const queue = createTaskQueue(redis, quiet);
  const holds: Hold[] = [];
  const release = Promise.withResolvers<"done">();
  consumer().start((_taken, hold) => {
    holds.push(hold);
    return release.promise;
  });
  await queue.add([pointer("a")]);
  await until(() => holds.length === 1);
  await wait(3000);
  assert.equal(holds.length, 1, "nobody else got it");
  await until(() => holds[0]?.isFresh() === true);
  assert.equal(holds[0]?.signal.aborted, false);
  release.resolve("done");
  await queue.close();
});

test("a paused consumer takes nothing more, and goes on when it is resumed", async () => {
  const queue = createTaskQueue(redis, quiet);
  const paused = consumer();
  let handled = 0;
  paused.start(async () => {
    handled += 1;
    return "done";
  });
  await queue.add([pointer("a")]);
  await until(() => handled === 1);
  await paused.pause();
  await queue.add([pointer("b"), pointer("c"), pointer("d")]);
  await wait(500);
  assert.equal(handled, 1);
  paused.resume();
  await until(() => handled === 4);
  await queue.close();
});

test("a drain waits for the handlers that run; a hard stop aborts them", async () => {
  const queue = createTaskQueue(redis, quiet);
  for (const how of ["drain", "hard"] as const) {
    const made = consumer();
    const seen: string[] = [];
    made.start(async (_taken, hold) => {
      seen.push("taken");
      await wait(500, undefined, { signal: hold.signal }).catch(() => seen.push("aborted"));
      seen.push("left");
      return "left";
    });
    await queue.add([pointer(how === "drain" ? "a" : "b")]);
    await until(() => seen.length === 1);
    await made.stop(how);
    assert.deepEqual(seen, how === "drain" ? ["taken", "left"] : ["taken", "aborted", "left"]);
  }
  await queue.close();
});

test("shards travel by the same rules on a queue of their own", async () => {
  const queue = createShardQueue(redis, quiet);
  const made = createShardConsumer(redis, { concurrency: 1, log: quiet });
  const seen: object[] = [];
  made.start(async (shard) => {
    seen.push(shard);
    return "done";
  });
  await queue.add([{ version: 1, jobId: "j", shardId: "s" }]);
  await until(() => seen.length === 1);
  assert.deepEqual(seen, [{ version: 1, jobId: "j", shardId: "s" }]);
  await made.stop("drain");
  await queue.close();
});
