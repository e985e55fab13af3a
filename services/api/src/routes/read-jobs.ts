import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { cursorSchema, wrapCursor } from "../http/cursor.ts";
import { jobViewSchema } from "../http/job-view.ts";
import { refusals } from "../http/problem.ts";
import { jobParams, refuseUnknown, viewOf } from "./find-job.ts";

const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: cursorSchema("jobs").optional().describe("`nextCursor` of the page before."),
});

/** `GET /v1/jobs` and `GET /v1/jobs/{id}`. */
export function addReadRoutes(app: ApiApp, ports: Pick<ApiPorts, "jobs">): void {
  app.route({
    method: "GET",
    url: "/jobs",
    config: { role: "read" },
    schema: {
      summary: "List jobs, newest first",
      querystring: pageQuery,
      response: { 200: z.object({ items: z.array(jobViewSchema), nextCursor: z.string().nullable() }), ...refusals },
    },
    handler: async ({ query }) => {
      const { jobs, next } = await ports.jobs.list({ after: query.cursor ?? null, limit: query.limit });
      return { items: await Promise.all(jobs.map((job) => viewOf(ports, job))), nextCursor: wrapCursor("jobs", next) };
    },
  });
  app.route({
    method: "GET",
    url: "/jobs/:id",
    config: { role: "read" },
    schema: { summary: "Show a job", params: jobParams, response: { 200: jobViewSchema, ...refusals } },
    handler: async ({ params }, reply) => {
      const job = await ports.jobs.get(params.id);
      return job === undefined ? refuseUnknown(reply, params.id) : viewOf(ports, job);
    },
  });
}
