import type { Job, JobSummary, Stats } from "../calls/answers.ts";

/** Puts a job and its figures together, as the stream of all jobs does. */
export function summaryOf(job: Job, stats: Stats): JobSummary {
  const { runningTasksProgress: _, ...figures } = stats;
  return {
    ...figures,
    id: job.id,
    state: job.state,
    source: `s3://${job.source.bucket}/${job.source.prefix}`,
    target: `oss://${job.target.bucket}/${job.target.prefix}`,
    weight: job.weight,
    createdAt: job.createdAt,
    endedAt: job.endedAt,
  };
}
