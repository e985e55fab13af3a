import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals, refuse } from "../http/problem.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

/** `DELETE /v1/jobs/{id}`: forgets an ended job and its journal. */
export function addDeleteRoute(app: ApiApp, ports: Pick<ApiPorts, "jobs" | "removal" | "journal">): void {
  app.route({
    method: "DELETE",
    url: "/jobs/:id",
    config: { role: "admin" },
    schema: {
      summary: "Delete an ended job and its journal",
      params: jobParams,
      response: { 204: z.undefined().describe("Deleted."), ...refusals },
    },
    handler: async ({ params, signal, log, client }, reply) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) return refuseUnknown(reply, params.id);
      const removed = await ports.removal.remove(job.id);
      if (removed === "not-ended") {
        return refuse(reply, "STATE_REFUSES", `The job is ${job.state}; cancel it and wait for its end first.`);
      }
      await ports.journal.remove(job.id, { signal });
      log.info({ jobId: job.id, name: job.spec.name, client: client?.name }, "a job was deleted");
      return reply.code(204).send();
    },
  });
}
