import { isDeepStrictEqual } from "node:util";
import { type OpenJobSpec, jobSpecSchema, splitSecrets } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { sentences } from "../http/failures.ts";
import { type JobView, jobViewSchema } from "../http/job-view.ts";
import { refusals, refuse } from "../http/problem.ts";
import { compileValidator } from "../http/validate.ts";
import type { SubmissionRules } from "../submission/cross-checks.ts";
import { createOneByOne } from "../submission/one-by-one.ts";
import { overlappingJob } from "../submission/overlap.ts";
import { readJobSpec } from "../submission/read-job-spec.ts";
import { viewOf } from "./find-job.ts";

const headersSchema = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("The same key again answers the job that it made, instead of making another."),
});

/** `POST /v1/jobs`: takes a job, or says everything that is wrong with it. */
export function addSubmitRoute(app: ApiApp, ports: ApiPorts, rules: SubmissionRules): void {
  const oneByOne = createOneByOne(ports.lease, ports.clock);
  app.route({
    method: "POST",
    url: "/jobs",
    config: { role: "operate" },
    schema: {
      summary: "Submit a job",
      headers: headersSchema,
      body: jobSpecSchema,
      response: { 200: jobViewSchema, 201: jobViewSchema, ...refusals },
    },
    // The body is read in the handler, where the faults between its fields are found together with those of its form.
    validatorCompiler: ({ schema, httpPart }) =>
      httpPart === "body" ? (body: unknown) => ({ value: body }) : compileValidator({ schema }),
    handler: async (request, reply) => {
      const read = readJobSpec(request.body, rules);
      if (read.answer === "invalid") return refuse(reply, "JOB_INVALID", sentences(read.faults), read.faults);
      const { open, credentials } = splitSecrets(read.spec);
      return oneByOne(async () => {
        const active = await activeJobs(ports);
        const other = overlappingJob(open, active);
        if (other !== undefined) return refuseOverlap(reply, open, other);
        const record: JobRecord = {
          id: ports.newJobId(),
          spec: open,
          state: "running",
          stateReason: null,
          createdAtMs: ports.clock.now(),
          endedAtMs: null,
          revision: 1,
        };
        const idempotencyKey = request.headers["idempotency-key"];
        const submitted = await ports.jobs.submit({
          record,
          sealedCredentials: ports.seal.seal(credentials),
          idempotencyKey,
        });
        switch (submitted.answer) {
          case "submitted":
            request.log.info(
              { jobId: record.id, name: open.name, client: request.client?.name },
              "a job was submitted",
            );
            void reply.code(201).header("location", `/v1/jobs/${record.id}`);
            return viewOf(ports, record);
          case "repeated":
            return answerRepeated(ports, reply, open, submitted.jobId);
          case "name-in-use":
            return refuseName(reply, open.name, submitted.jobId);
          default:
            return submitted satisfies never;
        }
      });
    },
  });
}

async function activeJobs(ports: ApiPorts): Promise<JobRecord[]> {
  const jobs = await Promise.all((await ports.active.active()).map(({ jobId }) => ports.jobs.get(jobId)));
  return jobs.filter((job) => job !== undefined);
}

async function answerRepeated(
  ports: ApiPorts,
  reply: FastifyReply,
  spec: OpenJobSpec,
  jobId: string,
): Promise<JobView | void> {
  const job = await ports.jobs.get(jobId);
  if (job !== undefined && isDeepStrictEqual(fixedPart(job.spec), fixedPart(spec))) {
    void reply.code(200).header("location", `/v1/jobs/${job.id}`);
    return viewOf(ports, job);
  }
  const made =
    job === undefined ? "a job that was deleted since" : `the job ${job.spec.name} (${job.id}), which differs`;
  return refuse(reply, "IDEMPOTENCY_KEY_REUSED", `This Idempotency-Key made ${made}; send another key.`);
}

/** What of a job stays as submitted, as JSON keeps it; limits and weight may have been changed since. */
function fixedPart({ limits: _limits, weight: _weight, ...rest }: OpenJobSpec): unknown {
  return JSON.parse(JSON.stringify(rest));
}

function refuseName(reply: FastifyReply, name: string, jobId: string): void {
  const detail = `The name ${name} belongs to job ${jobId}; choose another, or delete that job once it has ended.`;
  return refuse(reply, "NAME_IN_USE", detail, [{ path: "name", message: `is in use by job ${jobId}` }]);
}

function refuseOverlap(reply: FastifyReply, spec: OpenJobSpec, other: JobRecord): void {
  const where = `${other.spec.target.bucket}/${other.spec.target.prefix}`;
  const message = `overlaps with ${where}, where the active job ${other.spec.name} (${other.id}) writes`;
  const detail = `target.prefix ${JSON.stringify(spec.target.prefix)} ${message}; wait for its end, or set allowSharedTarget if that is meant.`;
  return refuse(reply, "TARGET_SHARED", detail, [{ path: "target.prefix", message }]);
}
