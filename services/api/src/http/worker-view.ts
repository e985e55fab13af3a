import { tunnelStateSchema } from "@causeway/shared/domain/tunnel-state.ts";
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
    load: z
      .object({
        connections: z.number().int().describe("Connections held to the source or to the target, whichever are more."),
        connectionsAllowed: z.number().int().describe("How many may be held to either at the moment."),
        cores: z.number().describe("Processor time since the last heartbeat: 1 is one core all the time."),
      })
      .nullable()
      .describe("Null for workers of an older version."),
    tunnel: tunnelStateSchema.nullable(),
  })
  .meta({ id: "Worker" });
export type WorkerView = z.infer<typeof workerSchema>;

export function workerView({ startedAtMs, heartbeatAtMs, load, ...worker }: WorkerRecord): WorkerView {
  return {
    ...worker,
    load: load ?? null,
    startedAt: new Date(startedAtMs).toISOString(),
    heartbeatAt: new Date(heartbeatAtMs).toISOString(),
  };
}
