import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { FailureLedger } from "@causeway/shared/ports/settle-ledger.ts";

export interface CompactionParts {
  readonly jobs: Pick<JobLedger, "get">;
  readonly failures: Pick<FailureLedger, "compact">;
  readonly newId: () => string;
}

/** Fewer failed batches take too little room to be worth it. */
const atLeast = 100;

/** Puts a job's small batches of failed objects together, so that Redis stays small whatever share of a bucket fails. */
export async function compactFailures(jobId: string, { jobs, failures, newId }: CompactionParts): Promise<void> {
  const job = await jobs.get(jobId);
  if (job === undefined) return;
  const limits = { ...job.spec.tasks, spreadThreshold: job.spec.largeObjects.spreadThreshold };
  while ((await failures.compact(jobId, { atLeast, limits, newId })).length > 0);
}
