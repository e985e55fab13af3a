import type { ActiveJob, DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";

export interface BacklogGauge {
  /** Whether the job's backlog leaves room to list on. Asks the ledger at most every 200 ms, and reckons with what is planned meanwhile. */
  hasRoom(jobId: string): Promise<boolean>;
  /** Tasks of the job were planned here: until the ledger is asked again, each counts like those that wait. */
  planned(jobId: string, tasks: number): void;
  /** Whether the job has another revision than this one, as last seen. */
  isChanged(jobId: string, revision: number): boolean;
  /** Jobs that are being listed, as last seen. */
  listing(): readonly string[];
}

const freshMs = 200;

/** Watches the fleet's budget of backlog bytes for the listers of this process. */
export function createBacklogGauge(
  ledger: Pick<DispatchLedger, "active">,
  budgetBytes: number,
  clock: Clock,
): BacklogGauge & {
  /** Somebody else of this process has asked the ledger just now. */
  saw(jobs: readonly ActiveJob[]): void;
} {
  let jobs: readonly ActiveJob[] = [];
  let readMs = Number.NEGATIVE_INFINITY;
  return {
    saw(seen) {
      readMs = clock.monotonicMs();
      jobs = seen;
    },
    async hasRoom(jobId) {
      if (clock.monotonicMs() - readMs >= freshMs) {
        readMs = clock.monotonicMs();
        jobs = await ledger.active();
      }
      return hasRoom(jobs, jobId, budgetBytes);
    },
    planned(jobId, tasks) {
      jobs = jobs.map((job) => (job.jobId === jobId ? withPlanned(job, tasks) : job));
    },
    isChanged: (jobId, revision) => jobs.some((job) => job.jobId === jobId && job.revision !== revision),
    listing: () => jobs.filter(isListing).map(({ jobId }) => jobId),
  };
}

/** In 200 ms a hundred tasks may be planned: a tenth of a small budget. */
function withPlanned(job: ActiveJob, tasks: number): ActiveJob {
  const { pendingTasks, backlogBytes } = job;
  const taskBytes = pendingTasks === 0 ? 0 : backlogBytes / pendingTasks;
  return { ...job, pendingTasks: pendingTasks + tasks, backlogBytes: backlogBytes + tasks * taskBytes };
}

/**
 * Whether a job may list on: while its backlog is below its share of the budget. The share is that of the jobs that are
 * being listed now, so a job behind a huge one starts at once, and the whole stays near the budget. What has failed takes its
 * room from what waits, up to half of it: so the ledger grows no larger however many objects fail.
 */
export function hasRoom(jobs: readonly ActiveJob[], jobId: string, budgetBytes: number): boolean {
  const job = jobs.find((active) => active.jobId === jobId);
  if (job === undefined) return true;
  const share = budgetBytes / Math.max(1, jobs.filter(isListing).length);
  return job.backlogBytes < share - Math.min(job.failureBytes, share / 2);
}

/** Whether a job's listing goes on. */
export function isListing(job: ActiveJob): boolean {
  return job.state === "running" && !job.listingDone;
}
