import type { WorkerRecord } from "@causeway/shared/ports/worker-registry.ts";
import { z } from "zod";

/** A worker process as the API shows it. */
export const workerSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.number().int(),
    version: z.string(),
    state: z.enum(["running", "draining", "path-down"]),
    taskSlots: z.number().int(),
    tasksRunning: z.number().int(),
    objectsPerSecond: z.number(),
    bytesPerSecond: z.number(),
    startedAt: z.iso.datetime(),
    heartbeatAt: z.iso.datetime(),
  })
  .meta({ id: "Worker" });
export type WorkerView = z.infer<typeof workerSchema>;

export function workerView({ startedAtMs, heartbeatAtMs, ...worker }: WorkerRecord): WorkerView {
  return {
    ...worker,
    startedAt: new Date(startedAtMs).toISOString(),
    heartbeatAt: new Date(heartbeatAtMs).toISOString(),
  };
}
