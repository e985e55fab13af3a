import type { Job, Stats } from "../calls/answers.ts";

/** What the parts of a job's view need. */
export interface JobProperties {
  readonly job: Job;
  readonly stats: Stats;
}
