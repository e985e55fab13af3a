import { limitsSchema } from "@causeway/shared/domain/limits.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { JobChange } from "@causeway/shared/ports/job-ledger.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { type JobView, jobViewSchema } from "../http/job-view.ts";
import { refusals, refuse } from "../http/problem.ts";
import { replacementFaults, type SubmissionRules } from "../submission/cross-checks.ts";
import { jobParams, refuseUnknown, viewOf } from "./find-job.ts";
import { newCredentialsFields, refuseUnreadable, resealed } from "./replace-credentials.ts";

type ChangePorts = Pick<ApiPorts, "jobs" | "seal">;

const nothingMore = z.strictObject({}).nullish();
const resumeBody = z.strictObject(newCredentialsFields).nullish();
const patchBody = z
  .strictObject({
    ...newCredentialsFields,
    limits: limitsSchema.optional(),
    weight: z.number().int().min(1).max(100).optional(),
  })
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    "must change limits, weight or credentials",
  );

/** `POST /v1/jobs/{id}/pause`, `/resume`, `/cancel` and `PATCH /v1/jobs/{id}`. Repeated calls are harmless. */
export function addChangeRoutes(app: ApiApp, ports: ChangePorts, rules: SubmissionRules): void {
  addPlainChange(app, ports, { change: "pause", reason: null });
  addPlainChange(app, ports, { change: "cancel" });
  app.route({
    method: "POST",
    url: "/jobs/:id/resume",
    config: { role: "operate" },
    schema: {
      summary: "Resume a job",
      params: jobParams,
      body: resumeBody,
      response: { 202: jobViewSchema, ...refusals },
    },
    handler: async ({ params, body }, reply) => {
      return changeWithCredentials({ ports, rules, reply }, params.id, body ?? {}, resumed);
    },
  });
  app.route({
    method: "PATCH",
    url: "/jobs/:id",
    config: { role: "operate" },
    schema: {
      summary: "Change a job's limits, weight or credentials",
      params: jobParams,
      body: patchBody,
      response: { 202: jobViewSchema, ...refusals },
    },
    handler: async ({ params, body }, reply) => {
      const { limits, weight } = body;
      const change = (sealedCredentials: string | undefined): JobChange => {
        return { change: "patch", limits, weight, sealedCredentials };
      };
      return changeWithCredentials({ ports, rules, reply }, params.id, body, change);
    },
  });
}

function resumed(sealedCredentials: string | undefined): JobChange {
  return { change: "resume", sealedCredentials };
}

function addPlainChange(app: ApiApp, ports: ChangePorts, change: JobChange): void {
  app.route({
    method: "POST",
    url: `/jobs/:id/${change.change}`,
    config: { role: "operate" },
    schema: {
      summary: change.change === "pause" ? "Pause a job" : "Cancel a job",
      params: jobParams,
      body: nothingMore,
      response: { 202: jobViewSchema, ...refusals },
    },
    handler: async ({ params }, reply) => {
      const job = await ports.jobs.get(params.id);
      return job === undefined ? refuseUnknown(reply, params.id) : apply(ports, reply, job, change);
    },
  });
}

async function changeWithCredentials(
  context: { readonly ports: ChangePorts; readonly rules: SubmissionRules; readonly reply: FastifyReply },
  id: string,
  body: Parameters<typeof resealed>[2],
  changeOf: (sealed: string | undefined) => JobChange,
): Promise<JobView | void> {
  const { ports, rules, reply } = context;
  const faults = replacementFaults(body, rules);
  if (faults.length > 0) return refuse(reply, "BODY_INVALID", "The credentials cannot be taken.", faults);
  const job = await ports.jobs.get(id);
  if (job === undefined) return refuseUnknown(reply, id);
  const answer = await resealed(ports, job.id, body);
  if (answer.answer === "unreadable") {
    return refuseUnreadable(reply);
  }
  return apply(ports, reply, job, changeOf(answer.answer === "resealed" ? answer.sealed : undefined));
}

async function apply(
  ports: ChangePorts,
  reply: FastifyReply,
  job: JobRecord,
  change: JobChange,
): Promise<JobView | void> {
  const changed = await ports.jobs.change(job.id, change);
  const now = await ports.jobs.get(job.id);
  if (changed === "unknown" || now === undefined) return refuseUnknown(reply, job.id);
  if (changed === "refused") {
    return refuse(reply, "STATE_REFUSES", `The job is ${now.state}, which does not allow ${change.change}.`);
  }
  reply.log.info(
    { jobId: job.id, change: change.change, client: reply.request.client?.name, changed },
    "a job was changed",
  );
  void reply.code(202);
  return viewOf(ports, now);
}
