import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals } from "../http/problem.ts";
import { workerSchema, workerView } from "../http/worker-view.ts";

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
    handler: async () => ({ items: (await ports.workers.list()).map(workerView), nextCursor: null }),
  });
}
