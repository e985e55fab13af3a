import type { JobFigures, JobRecord } from "@causeway/shared/domain/job.ts";
import { jobStates } from "@causeway/shared/domain/state.ts";
import { jobStatsOf } from "@causeway/shared/domain/stats.ts";
import { z } from "zod";
import { statsSchema } from "./stats-schema.ts";

/** A job as lists of many show it: where it is and its figures, without what single tasks do. */
export const jobSummarySchema = statsSchema
  .omit({ runningTasksProgress: true })
  .extend({
    id: z.string(),
    state: z.enum(jobStates),
    source: z.string().describe("`s3://bucket/prefix`"),
    target: z.string().describe("`oss://bucket/prefix`"),
    weight: z.number().int(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "JobSummary" });
export type JobSummary = z.infer<typeof jobSummarySchema>;

export function jobSummary(record: JobRecord, counts: JobFigures): JobSummary {
  const stats = jobStatsOf(record, counts);
  const { source, target, weight } = record.spec;
  return {
    ...stats,
    id: record.id,
    state: record.state,
    source: `s3://${source.bucket}/${source.prefix}`,
    target: `oss://${target.bucket}/${target.prefix}`,
    weight,
    createdAt: new Date(record.createdAtMs).toISOString(),
    endedAt: record.endedAtMs === null ? null : new Date(record.endedAtMs).toISOString(),
  };
}
