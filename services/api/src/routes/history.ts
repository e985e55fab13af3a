import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals } from "../http/problem.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

const spanSchema = z.object({
  from: z.iso.datetime(),
  seconds: z.number().describe("How long the span is; the newest one is as long as it has gone."),
  objects: z.number().int().describe("Copied, skipped and failed."),
  bytes: z.number().int().describe("Copied and skipped."),
});

const historySchema = z
  .object({
    items: z
      .array(spanSchema)
      .describe(
        "Oldest first, at most about 1,150: by ten seconds for the last 20 minutes, then by the minute for 4 hours, by ten minutes for 36 hours, by two hours for two weeks, by the day before that. Time without a span is time in which nothing was settled.",
      ),
  })
  .meta({ id: "History" });

/** `GET /v1/jobs/{id}/history`: what the job has settled over time. */
export function addHistoryRoute(app: ApiApp, ports: Pick<ApiPorts, "jobs" | "history">): void {
  app.route({
    method: "GET",
    url: "/jobs/:id/history",
    config: { role: "read" },
    schema: {
      summary: "What a job has settled over time, the older the coarser",
      params: jobParams,
      response: { 200: historySchema, ...refusals },
    },
    handler: async ({ params }, reply) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) return refuseUnknown(reply, params.id);
      const spans = await ports.history.spans(job.id);
      const items = spans.map(({ fromMs, overMs, objects, bytes }) => ({
        from: new Date(fromMs).toISOString(),
        seconds: overMs / 1000,
        objects,
        bytes,
      }));
      return { items };
    },
  });
}
