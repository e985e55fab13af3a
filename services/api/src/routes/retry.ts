import { faultCode } from "../http/fault-code.ts";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals, refuse } from "../http/problem.ts";
import { replacementFaults, type SubmissionRules } from "../submission/cross-checks.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";
import { newCredentialsFields, refuseUnreadable, resealed } from "./replace-credentials.ts";

type RetryPorts = Pick<ApiPorts, "jobs" | "failures" | "seal">;

/** `POST /v1/jobs/{id}/retry`. */
export function addRetryRoute(app: ApiApp, ports: RetryPorts, rules: SubmissionRules): void {
  app.route({
    method: "POST",
    url: "/jobs/:id/retry",
    config: { role: "operate" },
    schema: {
      summary: "Plan failed objects again, with new credentials where given",
      params: jobParams,
      body: z.strictObject({ codes: z.array(faultCode).default([]), ...newCredentialsFields }).nullish(),
      response: { 202: z.object({ objects: z.number().int(), tasks: z.number().int() }), ...refusals },
    },
    handler: async ({ params, body, log, client }, reply) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) return refuseUnknown(reply, params.id);
      const faults = replacementFaults(body ?? {}, rules);
      if (faults.length > 0) return refuse(reply, "BODY_INVALID", "The credentials cannot be taken.", faults);
      const replaced = await resealed(ports, job.id, body ?? {});
      if (replaced.answer === "unreadable") return refuseUnreadable(reply);
      const sealed = replaced.answer === "resealed" ? replaced.sealed : undefined;
      const retried = await ports.failures.retry(job.id, body?.codes ?? [], sealed);
      switch (retried.answer) {
        case "retried":
          log.info({ jobId: job.id, objects: retried.objects, client: client?.name }, "failed objects are tried again");
          void reply.code(202);
          return { objects: retried.objects, tasks: retried.tasks };
        case "refused":
          return refuse(reply, "STATE_REFUSES", `A job that is ${job.state} takes no retry; submit a new job instead.`);
        case "unknown":
          return refuseUnknown(reply, params.id);
        default:
          return retried satisfies never;
      }
    },
  });
}
