import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals } from "../http/problem.ts";

const workerSchema = z.object({
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
});

/** `GET /v1/workers`: who works. */
export function addWorkersRoute(app: ApiApp, ports: Pick<ApiPorts, "workers">): void {
  app.route({
    method: "GET",
    url: "/workers",
    config: { role: "read" },
    schema: {
      summary: "List worker processes",
      response: { 200: z.object({ items: z.array(workerSchema), nextCursor: z.null() }), ...refusals },
    },
    handler: async () => {
      const records = await ports.workers.list();
      const items = records.map(({ startedAtMs, heartbeatAtMs, ...worker }) => ({
        ...worker,
        startedAt: new Date(startedAtMs).toISOString(),
        heartbeatAt: new Date(heartbeatAtMs).toISOString(),
      }));
      return { items, nextCursor: null };
    },
  });
}
