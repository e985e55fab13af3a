import { jobSpecSchema, splitSecrets } from "@causeway/shared/domain/job-spec.ts";
import { type PreflightResult, runPreflight } from "@causeway/shared/preflight/run.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { sentences } from "../http/failures.ts";
import { refusals, refuse } from "../http/problem.ts";
import { compileValidator } from "../http/validate.ts";
import { preflightResultSchema } from "@causeway/shared/domain/preflight/result.ts";
import { surroundingChecks } from "../preflight/surroundings.ts";
import type { SubmissionRules } from "../submission/cross-checks.ts";
import { readJobSpec } from "../submission/read-job-spec.ts";

const figure = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

const querySchema = z.object({
  objects: figure.describe("How many objects there are, where you know it better than a sample."),
  bytes: figure.describe("How many bytes they have."),
  pathBytesPerSecond: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("What the path carries."),
});

const checkLimitMs = 15_000;

/** `POST /v1/preflight`: looks at everything that a job needs, and submits nothing. */
export function addPreflightRoute(app: ApiApp, ports: ApiPorts, rules: SubmissionRules): void {
  app.route({
    method: "POST",
    url: "/preflight",
    config: { role: "operate" },
    schema: {
      summary: "Look at everything that a job needs before a byte moves",
      querystring: querySchema,
      body: jobSpecSchema,
      response: { 200: preflightResultSchema, ...refusals },
    },
    // As at POST /v1/jobs, every fault of the body is told at once.
    validatorCompiler: ({ schema, httpPart }) =>
      httpPart === "body" ? (value: unknown) => ({ value }) : compileValidator({ schema }),
    handler: async ({ body, query }, reply) => {
      const read = readJobSpec(body, rules);
      if (read.answer === "invalid") return refuse(reply, "JOB_INVALID", sentences(read.faults), read.faults);
      const { open: spec, credentials } = splitSecrets(read.spec);
      const { preflight, clock } = ports;
      const workers = await ports.workers.list();
      const result: PreflightResult = await runPreflight(
        { spec, credentials, given: query },
        {
          opener: preflight.opener,
          clock,
          blocks: preflight.blocks,
          canaryBucket: preflight.canaryBucket,
          prices: preflight.prices,
          workerProcesses: workers.length,
          surroundings: surroundingChecks(spec, ports, workers),
          probeName: preflight.newProbeName(),
          limitMs: checkLimitMs,
        },
        whileAsked(reply),
      );
      return reply.send(preflightResultSchema.parse(result));
    },
  });
}

/** Aborted when the client goes away: nobody would read what is found. */
function whileAsked(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort(new Error("the client went away")));
  return gone.signal;
}
