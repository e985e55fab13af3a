import { type FaultCode, isFaultCode } from "../../domain/fault-codes.ts";
import type { JobCounts, RunningTask } from "../../domain/job.ts";
import type { Clock } from "../../ports/clock.ts";
import { taskKey } from "./keys.ts";
import { createRunStep, fieldsOf, jobScript, listOf, type RedisConnection, textOf } from "./scripts.ts";

const counts = jobScript("counts");
const bucketMs = 10_000;
const bucketCount = 6;
const codePrefix = "code:";

/** Reads a job's figures: all of one moment, but for what the running tasks have done. */
export function createReadCounts(redis: RedisConnection, clock: Clock): (id: string) => Promise<JobCounts | undefined> {
  const step = createRunStep(redis);
  return async (jobId) => {
    const reply = listOf(await step(counts, jobId, []));
    if (reply.length === 0) return undefined;
    const [created, figures, pending, dispatched, running, rates, taskIds] = reply;
    const fields = fieldsOf(figures);
    const figure = (name: string): number => Number(fields.get(name)?.toString() ?? 0);
    const tasks = await Promise.all(listOf(taskIds).map((id) => readRunning(redis, jobId, textOf(id))));
    return {
      listedObjects: figure("listedObjects"),
      listedBytes: figure("listedBytes"),
      tally: {
        copiedObjects: figure("copiedObjects"),
        copiedBytes: figure("copiedBytes"),
        skippedObjects: figure("skippedObjects"),
        skippedBytes: figure("skippedBytes"),
        failedObjects: figure("failedObjects"),
      },
      pendingTasks: Number(textOf(pending)),
      dispatchedTasks: Number(textOf(dispatched)),
      runningTasks: Number(textOf(running)),
      succeededTasks: figure("succeededTasks"),
      failedTasks: figure("failedTasks"),
      listingFinished: figure("unfinished") === 0,
      failuresByCode: failuresByCode(fields),
      running: tasks.flat(),
      backlogBytes: figure("backlogBytes"),
      recent: recentOf(fieldsOf(rates), Number(textOf(created)), clock.now()),
    };
  };
}

function failuresByCode(fields: ReadonlyMap<string, Buffer>): Partial<Record<FaultCode, number>> {
  const byCode: Partial<Record<FaultCode, number>> = {};
  for (const [field, value] of fields) {
    const code = field.slice(codePrefix.length);
    if (field.startsWith(codePrefix) && isFaultCode(code)) byCode[code] = Number(value.toString());
  }
  return byCode;
}

/** Empty for a task that was committed or handed back since. */
async function readRunning(redis: RedisConnection, jobId: string, taskId: string): Promise<readonly RunningTask[]> {
  const [since, objects, bytes, rows, copied, skipped, parts] = await redis.hmget(
    taskKey(jobId, taskId),
    "since",
    "objects",
    "bytes",
    "rows",
    "copiedBytes",
    "skippedBytes",
    "partBytes",
  );
  if (typeof since !== "string") return [];
  return [
    {
      taskId,
      startedAtMs: Number(since),
      bytesDone: Number(copied ?? 0) + Number(skipped ?? 0) + Number(parts ?? 0),
      bytesTotal: Number(bytes),
      objectsDone: Number(rows ?? 0),
      objectsTotal: Number(objects),
    },
  ];
}

function recentOf(rates: ReadonlyMap<string, Buffer>, createdAtMs: number, nowMs: number): JobCounts["recent"] {
  const first = Math.floor(nowMs / bucketMs) - bucketCount + 1;
  const sums = { objects: 0, bytes: 0 };
  for (const [field, value] of rates) {
    const [bucket, what] = field.split(":");
    if (Number(bucket) < first) continue;
    if (what === "objects") sums.objects += Number(value.toString());
    else sums.bytes += Number(value.toString());
  }
  return { ...sums, overMs: Math.max(1000, nowMs - Math.max(first * bucketMs, createdAtMs)) };
}
