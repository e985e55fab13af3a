import type { TaskPointer } from "../domain/task.ts";

/** What the master's dispatcher and sweep ask and do. Each method is one call that may happen twice. */
export interface DispatchLedger {
  /** Jobs that have not ended, oldest first, with the figures that dispatching needs. */
  active(): Promise<readonly ActiveJob[]>;
  /**
   * Moves up to `limit` tasks from the backlog to dispatched, shards in turn, each with its run + 1, and answers their
   * pointers for the queue. Nothing while the job is not running.
   */
  dispatch(jobId: string, limit: number): Promise<readonly TaskPointer[]>;
  /**
   * The sweep: answers pointers of dispatched tasks without a sign of life (dispatch, take, progress) for `olderThanMs`, and
   * stamps them anew. In a cancelling job such tasks are dropped instead, what their progress records is counted.
   */
  stale(jobId: string, olderThanMs: number, limit: number): Promise<readonly TaskPointer[]>;
  /** Drops up to `limit` tasks of a cancelling job's backlog; answers how many are left. */
  dropBacklog(jobId: string, limit: number): Promise<number>;
}

export interface ActiveJob {
  readonly jobId: string;
  readonly state: "running" | "paused" | "cancelling" | "settling";
  readonly weight: number;
  /** The job's revision: it grows with each change of credentials, limits or weight. */
  readonly revision: number;
  readonly pendingTasks: number;
  readonly openTasks: number;
  readonly backlogBytes: number;
  /** What the job's failed objects take in the ledger, compressed, until a retry moves them. */
  readonly failureBytes: number;
  /** Finished or given up. */
  readonly listingDone: boolean;
}
