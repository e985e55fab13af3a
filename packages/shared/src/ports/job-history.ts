import type { Span } from "../domain/history.ts";

/** What a job has settled over time. The steps that settle keep it; it is deleted with the job. */
export interface JobHistory {
  /** Oldest first; the older the longer the spans, and the newest as far as it has gone. Empty where nothing was settled. */
  spans(jobId: string): Promise<readonly Span[]>;
}
