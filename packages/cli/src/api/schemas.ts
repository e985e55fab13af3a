import { z } from "zod";

/** What the commands read of the API's answers; whatever else an answer holds is passed through. */

export const jobSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  jobState: z.enum(["Running", "Paused", "Succeed", "Failed", "Abort"]),
  stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type Job = z.infer<typeof jobSchema>;

const count = z.number();

export const statsSchema = z.object({
  jobName: z.string(),
  jobState: z.enum(["Running", "Paused", "Succeed", "Failed", "Abort"]),
  stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
  pendingTasks: count,
  dispatchedTasks: count,
  runningTasks: count,
  succeedTasks: count,
  failedTasks: count,
  scanFinished: z.boolean(),
  runningTasksProgress: z.array(
    z.object({
      taskId: z.string(),
      startedAt: z.string(),
      bytesDone: count,
      bytesTotal: count,
      objectsDone: count,
      objectsTotal: count,
    }),
  ),
  objects: z.object({ listed: count, copied: count, skipped: count, failed: count }),
  bytes: z.object({ listed: count, copied: count, skipped: count }),
  rate: z.object({ objectsPerSecond: count, bytesPerSecond: count, etaSeconds: count.nullable() }),
  failuresByCode: z.record(z.string(), count),
});
export type Stats = z.infer<typeof statsSchema>;

export const failureSchema = z.looseObject({
  key: z.string(),
  code: z.string(),
  message: z.string(),
  attempts: count,
  time: z.string(),
});

export const workerSchema = z.looseObject({
  id: z.string(),
  host: z.string(),
  pid: count,
  version: z.string(),
  state: z.string(),
  taskSlots: count,
  tasksRunning: count,
  objectsPerSecond: count,
  bytesPerSecond: count,
  heartbeatAt: z.string(),
});

/** A page of items. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
