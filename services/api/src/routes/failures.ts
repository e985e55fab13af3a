import { Readable } from "node:stream";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { cursorSchema, wrapCursor } from "../http/cursor.ts";
import { failureLines, type FailureQuery } from "../http/failure-list.ts";
import { failureSchema, failureView } from "../http/failure-view.ts";
import { faultCode } from "../http/fault-code.ts";
import { preferredType } from "../http/prefers.ts";
import { refusals } from "../http/problem.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

const defaultLimit = 100;

const mediaTypes = { json: "application/json", csv: "text/csv", ndjson: "application/x-ndjson" } as const;

const formats = ["json", "csv", "ndjson"] as const;
type Format = (typeof formats)[number];

const failuresQuery = z.object({
  code: faultCode.optional(),
  after: cursorSchema("failures").optional().describe("`nextCursor` of the page before."),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(`Of a page; ${defaultLimit} if not given. CSV and NDJSON hold all failed objects if it is not given.`),
  format: z.enum(formats).optional().describe("Instead of an Accept header."),
});

const answer = {
  description: "A page of failed objects, or all of them as a file",
  content: {
    "application/json": {
      schema: z.object({ items: z.array(failureSchema), nextCursor: z.string().nullable() }),
    },
    "text/csv": { schema: z.string().describe("A head line, then key, sizeBytes, code, message, attempts, time.") },
    "application/x-ndjson": { schema: failureSchema },
  },
} as const;

/** `GET /v1/jobs/{id}/failures`: page by page, or the whole list as CSV or NDJSON. */
export function addFailureRoutes(app: ApiApp, ports: Pick<ApiPorts, "jobs" | "failures">): void {
  app.route({
    method: "GET",
    url: "/jobs/:id/failures",
    config: { role: "read" },
    schema: {
      summary: "List failed objects; as CSV or NDJSON all of them",
      params: jobParams,
      querystring: failuresQuery,
      response: { 200: answer, ...refusals },
    },
    handler: async ({ params, query, headers }, reply) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) return refuseUnknown(reply, params.id);
      const { after = null, limit, code } = query;
      const format = query.format ?? formatOf(headers.accept ?? "");
      if (format !== "json") return sendFile(ports, reply, job, { format, code, after, limit });
      const page = await ports.failures.list(job.id, { code, after, limit: limit ?? defaultLimit });
      return { items: page.items.map(failureView), nextCursor: wrapCursor("failures", page.next) };
    },
  });
}

function formatOf(accept: string): Format {
  const type = preferredType(accept, Object.values(mediaTypes));
  return formats.find((format) => mediaTypes[format] === type) ?? "json";
}

function sendFile(
  ports: Pick<ApiPorts, "failures">,
  reply: FastifyReply,
  job: JobRecord,
  { format, ...query }: FailureQuery & { readonly format: Exclude<Format, "json"> },
): FastifyReply {
  const lines = failureLines(ports.failures, job.id, query, format);
  return reply
    .type(`${mediaTypes[format]}; charset=utf-8`)
    .header("content-disposition", `attachment; filename="failures-${job.id}.${format}"`)
    .send(Readable.from(lines, { objectMode: false }));
}
