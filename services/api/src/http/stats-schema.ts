import { z } from "zod";

const count = z.number().int();

/** The form of a job's figures (`domain/stats.ts`) for the documentation and for checking what is answered. */
export const statsSchema = z
  .object({
    jobName: z.string(),
    jobState: z.enum(["Running", "Paused", "Succeed", "Failed", "Abort"]),
    stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
    pendingTasks: count,
    dispatchedTasks: count.describe("Handed to the queue and not yet committed, running ones included."),
    runningTasks: count,
    succeedTasks: count,
    failedTasks: count,
    scanFinished: z.boolean(),
    runningTasksProgress: z.array(
      z.object({
        taskId: z.string(),
        startedAt: z.iso.datetime(),
        bytesDone: count,
        bytesTotal: count,
        objectsDone: count,
        objectsTotal: count,
      }),
    ),
    objects: z.object({ listed: count, copied: count, skipped: count, failed: count }),
    bytes: z.object({ listed: count, copied: count, skipped: count }),
    rate: z.object({ objectsPerSecond: z.number(), bytesPerSecond: z.number(), etaSeconds: z.number().nullable() }),
    failuresByCode: z.record(z.string(), count),
  })
  .meta({ id: "Stats" });
