import type { JobFigures, JobRecord } from "@causeway/shared/domain/job.ts";
import {
  emptySummary,
  type JournalSummary,
  reportCsv,
  reportOf,
  reportText,
  summarized,
} from "@causeway/shared/domain/report.ts";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals } from "../http/problem.ts";
import { sendText } from "../http/send-text.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

/** Reading the journal of more objects than this takes longer than a caller waits; its parts can be read with any tool. */
const mostJournalObjects = 1_000_000;

const reportQuery = z.object({ format: z.enum(["json", "csv", "text"]).default("json") });

/** `GET /v1/jobs/{id}/report`: what the job did. */
export function addReportRoute(app: ApiApp, ports: Pick<ApiPorts, "jobs" | "journal" | "clock">): void {
  app.route({
    method: "GET",
    url: "/jobs/:id/report",
    config: { role: "read" },
    schema: {
      summary: "What the job did, as JSON, CSV or text",
      params: jobParams,
      querystring: reportQuery,
      response: { 200: z.looseObject({ version: z.literal(1) }).meta({ id: "Report" }), ...refusals },
    },
    handler: async ({ params, query, signal }, reply) => {
      const job = await ports.jobs.get(params.id);
      const counts = job === undefined ? undefined : await ports.jobs.figures(job.id);
      if (job === undefined || counts === undefined) return refuseUnknown(reply, params.id);
      const journal = await summaryOf(ports.journal, job, counts, signal);
      const report = reportOf({ record: job, counts, journal, nowMs: ports.clock.now() });
      switch (query.format) {
        case "json":
          return { ...report };
        case "csv":
          return sendText(reply, "text/csv", reportCsv(report));
        case "text":
          return sendText(reply, "text/plain", reportText(report));
        default:
          return query.format satisfies never;
      }
    },
  });
}

/** Null while the job goes on (its journal is not whole) and for very large jobs. */
async function summaryOf(
  journal: ApiPorts["journal"],
  job: JobRecord,
  counts: JobFigures,
  signal: AbortSignal,
): Promise<JournalSummary | null> {
  if (job.endedAtMs === null || counts.listedObjects > mostJournalObjects) return null;
  let summary = emptySummary;
  for await (const outcome of journal.read(job.id, { signal })) summary = summarized(summary, outcome);
  return summary;
}
