import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { createTaskConsumer } from "../consumer.ts";

/**
 * A consumer in a process of its own, for tests that kill or stop it: holds each task for `holdMs`, looking at the hold every
 * few milliseconds, and writes one line per event into a file: `taken ID`, `stale ID`, `done ID`.
 */
const [path = "", journal = "", holdMs = "0", lockDurationMs = "1000"] = process.argv.slice(2);
const redis = new Redis({ path, maxRetriesPerRequest: null });
const say = (event: string, id: string): void => appendFileSync(journal, `${event} ${id}\n`);

createTaskConsumer(redis, {
  concurrency: 4,
  lockDurationMs: Number(lockDurationMs),
  stalledIntervalMs: 250,
  log: { warn: () => {} },
}).start(async ({ taskId }, hold) => {
  say("taken", taskId);
  const untilMs = performance.now() + Number(holdMs);
  while (performance.now() < untilMs) {
    await wait(10);
    // What a worker asks right before it writes.
    if (!hold.isFresh()) {
      say("stale", taskId);
      return "left";
    }
  }
  say("done", taskId);
  return "done";
});
