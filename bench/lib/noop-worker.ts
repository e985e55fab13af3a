// A worker that copies nothing: it takes tasks off the real queue, says of every object "copied" or, of one in so many,
// "failed", and commits that to the real ledger. It needs REDIS_URL and FAILING_OF_THOUSAND.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createTaskConsumer } from "@causeway/shared/adapters/bullmq/consumer.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import { emptyTally, tallied } from "@causeway/shared/domain/outcome.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { readSettings } from "@causeway/shared/platform/settings.ts";
import { version } from "@causeway/shared/platform/version.ts";

const taskSlots = 16;
const beatEveryMs = 5000;
const thousand = 1000;
const stride = 389;
const message = "the source answered 403 AccessDenied: Access Denied";

const failingOfThousand = Number(process.env["FAILING_OF_THOUSAND"]);
const settings = readSettings(redisSettings, process.env, process);
const log = createLogger({ service: "noop-worker", level: "warn", version });
const redis = connectRedis({ url: settings.REDIS_URL, ca: undefined, whileAway: "wait", log });
const clock = createSystemClock();
const id = `${hostname()}-${process.pid}`;
const ledger = createRedisLedger(redis, { clock, holder: id });
const newId = () => randomBytes(16).toString("hex");

const startedAtMs = clock.now();
const beat = () =>
  ledger.workers.beat({
    id,
    host: hostname(),
    pid: process.pid,
    version,
    taskSlots,
    tasksRunning: 0,
    objectsPerSecond: 0,
    bytesPerSecond: 0,
    startedAtMs,
    heartbeatAtMs: clock.now(),
    state: "running",
    tunnel: null,
  });

function outcomeOf(object: SourceObject, index: number, fails: boolean): Outcome {
  const { key, sizeBytes, etag: sourceEtag } = object;
  const shared = { index, key, sizeBytes, sourceEtag, attempts: 1, atMs: clock.now() };
  if (fails) return { ...shared, state: "failed", code: "SOURCE_ACCESS_DENIED", message };
  return { ...shared, state: "copied", targetKey: key, targetEtag: sourceEtag, crc64: "0", proof: "md5" };
}

async function settle(pointer: TaskPointer): Promise<void> {
  const taken = await ledger.tasks.take(pointer, id);
  if (taken.answer !== "held") return;
  const { objects } = taken.manifest;
  const first = Math.floor(Math.random() * thousand);
  // Evenly over the manifest, however few objects it holds.
  const fails = (index: number): boolean => (index * stride + first) % thousand < failingOfThousand;
  const outcomes = objects.map((object, index) => outcomeOf(object, index, fails(index)));
  const failed = objects
    .filter((_, index) => fails(index))
    .map((object) => ({ ...object, message, attempts: 1, atMs: clock.now() }));
  await ledger.tasks.commit(taken.task, {
    outcomes,
    tally: outcomes.reduce(tallied, emptyTally),
    failures: failed.length === 0 ? [] : [{ code: "SOURCE_ACCESS_DENIED", retryTaskId: newId(), objects: failed }],
    // The name alone: what a part holds is in the journal's files, neither in Redis nor in the master.
    journalPart: `${pointer.taskId}-${newId()}`,
    written: [],
  });
}

await beat();
setInterval(() => void beat(), beatEveryMs);
createTaskConsumer(redis, { concurrency: taskSlots, log }).start(async (pointer) => {
  await settle(pointer);
  return "done";
});
process.once("SIGTERM", () => process.exit(0));
