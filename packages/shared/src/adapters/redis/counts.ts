import { type FaultCode, isFaultCode } from "../../domain/fault-codes.ts";
import type { JobFigures, RunningTask } from "../../domain/job.ts";
import type { Clock } from "../../ports/clock.ts";
import type { JobLedger } from "../../ports/job-ledger.ts";
import { taskKey } from "./keys.ts";
import { createRunStep, fieldsOf, jobScript, listOf, type RedisConnection, textOf } from "./scripts.ts";

const counts = jobScript("counts");
const bucketMs = 10_000;
const bucketCount = 6;
const codePrefix = "code:";

/** Reads a job's figures: all of one moment, but for what the running tasks have done. */
export function createReadCounts(redis: RedisConnection, clock: Clock): Pick<JobLedger, "figures" | "counts"> {
  const step = createRunStep(redis);
  const read = async (jobId: string, tasks: number) => {
    const reply = listOf(await step(counts, jobId, [tasks]));
    if (reply.length === 0) return undefined;
    const [created, figures, pending, dispatched, running, rates, taskIds] = reply;
    const places = [pending, dispatched, running].map((count) => Number(textOf(count)));
    const recent = recentOf(fieldsOf(rates), Number(textOf(created)), clock.now());
    return { figures: { ...figuresOf(fieldsOf(figures), places), recent }, taskIds: listOf(taskIds).map(textOf) };
  };
  return {
    async figures(jobId) {
      return (await read(jobId, 0))?.figures;
    },

    async counts(jobId) {
      const found = await read(jobId, mostRunning);
      return found && { ...found.figures, running: await readRunning(redis, jobId, found.taskIds) };
    },
  };
}

const mostRunning = 1000;

function figuresOf(
  fields: ReadonlyMap<string, Buffer>,
  [pendingTasks = 0, dispatchedTasks = 0, runningTasks = 0]: readonly number[],
): Omit<JobFigures, "recent"> {
  const figure = (name: string): number => Number(fields.get(name)?.toString() ?? 0);
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
    pendingTasks,
    dispatchedTasks,
    runningTasks,
    succeededTasks: figure("succeededTasks"),
    failedTasks: figure("failedTasks"),
    listingFinished: figure("unfinished") === 0,
    failuresByCode: failuresByCode(fields),
    backlogBytes: figure("backlogBytes"),
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

const taskFields = ["since", "objects", "bytes", "rows", "copiedBytes", "skippedBytes", "partBytes"] as const;

/** Without those that were committed or handed back since. One write for all: a job may have a hundred and more. */
async function readRunning(
  redis: RedisConnection,
  jobId: string,
  taskIds: readonly string[],
): Promise<readonly RunningTask[]> {
  if (taskIds.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const taskId of taskIds) pipeline.hmget(taskKey(jobId, taskId), ...taskFields);
  const answers = (await pipeline.exec()) ?? [];
  return answers.flatMap(([error, values], at) => {
    if (error !== null) throw error;
    // HMGET answers a value or null for each field.
    return runningOf(taskIds[at] ?? "", values as readonly (string | null)[]);
  });
}

function runningOf(taskId: string, values: readonly (string | null)[]): readonly RunningTask[] {
  const [since, objects, bytes, rows, copied, skipped, parts] = values;
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

function recentOf(rates: ReadonlyMap<string, Buffer>, createdAtMs: number, nowMs: number): JobFigures["recent"] {
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
