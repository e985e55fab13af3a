import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { hasEnded } from "@causeway/shared/domain/state.ts";
import type { FastifyReply } from "fastify";
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
      if (!hasEnded(job.state)) return refuseRunning(reply, job);
      // The journal goes first: if this breaks off between the two, the job is still there to be deleted again.
      await ports.journal.remove(job.id, { signal });
      if ((await ports.removal.remove(job.id)) === "not-ended") return refuseRunning(reply, job);
      log.info({ jobId: job.id, name: job.spec.name, client: client?.name }, "a job was deleted");
      return reply.code(204).send();
    },
  });
}

function refuseRunning(reply: FastifyReply, job: JobRecord): void {
  refuse(reply, "STATE_REFUSES", `The job ${job.spec.name} has not ended; cancel it and wait for its end first.`);
}
