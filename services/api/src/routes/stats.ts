import { statsOf, statsText } from "@causeway/shared/domain/stats.ts";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { preferredType } from "../http/prefers.ts";
import { refusals } from "../http/problem.ts";
import { sendText } from "../http/send-text.ts";
import { statsSchema } from "../http/stats-schema.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

/** `GET /v1/jobs/{id}/stats`: figures as JSON, or OSSImport's text block for `Accept: text/plain`. */
export function addStatsRoute(app: ApiApp, ports: Pick<ApiPorts, "jobs">): void {
  app.route({
    method: "GET",
    url: "/jobs/:id/stats",
    config: { role: "read" },
    schema: {
      summary: "A job's figures; with Accept: text/plain as OSSImport prints them",
      params: jobParams,
      response: { 200: statsSchema, ...refusals },
    },
    handler: async ({ params, headers }, reply) => {
      // Programs ask by id, again and again, so both are asked for at once; a name is looked up first.
      const [job, countsById] = await Promise.all([ports.jobs.get(params.id), ports.jobs.counts(params.id)]);
      const counts = countsById ?? (job === undefined ? undefined : await ports.jobs.counts(job.id));
      if (job === undefined || counts === undefined) return refuseUnknown(reply, params.id);
      const stats = statsOf(job, counts);
      const type = preferredType(headers.accept ?? "", ["application/json", "text/plain"]);
      if (type !== "text/plain") return { ...stats, runningTasksProgress: [...stats.runningTasksProgress] };
      return sendText(reply, "text/plain", statsText([stats]));
    },
  });
}
