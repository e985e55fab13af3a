import type { FaultCode } from "../domain/fault-codes.ts";
import type { StateReason } from "../domain/job.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { BatchLimits } from "../domain/plan.ts";
import type { FailedBatch, FailedObject, WrittenObject } from "../domain/task.ts";

export interface FailurePage {
  readonly items: readonly (FailedObject & { readonly code: FaultCode })[];
  /** Pass it as `after`; null: that was all. */
  readonly next: string | null;
  /** The same, also where that was all: what fails later lies behind it. */
  readonly end: string;
}

/** The failed objects of a job. */
export interface FailureLedger {
  list(
    jobId: string,
    query: { readonly code: FaultCode | undefined; readonly after: string | null; readonly limit: number },
  ): Promise<FailurePage>;
  /** The cursor behind everything that has failed by now. */
  end(jobId: string): Promise<string>;
  /**
   * Moves failed objects (of these codes; none given: all) back to the backlog in bounded chunks, subtracting each from the
   * failed count, and sets an ended job running again (its listing too, where that had been given up). An interrupted
   * call is finished by the next one or by the sweep. New credentials replace the job's in the same step. `refused` while cancelling or settling, or after a cancel.
   */
  retry(jobId: string, codes: readonly FaultCode[], sealedCredentials?: string): Promise<Retried>;
  /** Finishes a retry that was interrupted; answers whether there was one. */
  resumeRetry(jobId: string): Promise<boolean>;
  /**
   * Puts small batches of failed objects together, so that each object costs the ledger little and a retry makes few tasks
   * of them. Nothing while the job neither runs nor is paused, or a retry is under way; each batch is looked at once.
   * Who reads the list page by page meanwhile may see objects twice, and misses none.
   */
  compact(jobId: string, compaction: Compaction): Promise<readonly MergedBatch[]>;
}

export interface Compaction {
  /** Fewer new batches than these are left for a later call. */
  readonly atLeast: number;
  /** What one task of the job may hold. */
  readonly limits: BatchLimits;
  /** 128 random bits as 32 hex digits. */
  readonly newId: () => string;
}

export interface MergedBatch {
  /** Of the task that `retry` makes of it. */
  readonly id: string;
  /** In the order of their objects. */
  readonly replaced: readonly string[];
}

export type Retried =
  | { readonly answer: "retried"; readonly objects: number; readonly tasks: number }
  | { readonly answer: "refused" }
  | { readonly answer: "unknown" };

/** Outcomes that a cancelled job counted as it dropped a task whose worker was gone. No journal part holds them yet. */
export interface DroppedLedger {
  /** At most `limit` dropped tasks, in no order, with what their records said. */
  list(
    jobId: string,
    limit: number,
  ): Promise<readonly { readonly taskId: string; readonly outcomes: readonly Outcome[] }[]>;
  /** Notes the journal part that holds them, and takes the task off. Of a task that is not there nothing is noted. */
  journaled(jobId: string, taskId: string, journalPart: string): Promise<void>;
}

/** Closing a job. */
export interface SettleLedger {
  /** Compares and sets in one call: listing finished or dropped, `open` empty → settling. True also when it is settling already. */
  beginSettling(jobId: string): Promise<boolean>;
  /** Tasks that ran more than once, with what they wrote; looked at, they are answered by `recheck`. */
  toRecheck(
    jobId: string,
    limit: number,
  ): Promise<readonly { readonly taskId: string; readonly written: readonly WrittenObject[] }[]>;
  /**
   * Takes the task off the list and turns `late` objects from copied to failed. `ended`: somebody has ended the job meanwhile;
   * nothing is changed, and the list stays as it is for a retry.
   */
  rechecked(jobId: string, taskId: string, late: readonly FailedBatch[]): Promise<"done" | "ended">;
  /** Journal part names that were committed and are not in the index yet, oldest first. */
  journalParts(jobId: string, limit: number): Promise<readonly string[]>;
  /** Forgets the first names, which must be these. */
  journalIndexed(jobId: string, names: readonly string[]): Promise<void>;
  /**
   * settling → completed, cancelled (if it came from cancelling), or failed (if its listing was abandoned, or `reason` says so).
   * Without a reason only once nothing is left to recheck, what dropped tasks did is journaled and every journal part is
   * indexed; else nothing happens.
   */
  end(jobId: string, reason: StateReason | null): Promise<void>;
}
