import type { StateReason } from "../domain/job.ts";

/** Something that happened to a job, which its webhook is still to be told. */
export interface Notice {
  /** The same for every attempt to tell it, never that of another notice. */
  readonly id: string;
  readonly jobId: string;
  readonly on: "ended" | "paused";
  /** Why the job paused itself or failed; null where there is nothing to say. */
  readonly reason: StateReason | null;
  /** Attempts that have failed. */
  readonly attempts: number;
}

/**
 * What webhooks are to be told. The ledger itself notes it in the very step in which the job ends or pauses itself (a pause
 * that a person asked for is no news), where the job's `notify.on` wants it. A job's notices are told one after the other.
 */
export interface NoticeLedger {
  /** The first notice of each job, where its time has come. */
  due(): Promise<readonly Notice[]>;
  /** It was told, or given up: the next one may follow. Twice is once. */
  close(notice: Notice): Promise<void>;
  /** It could not be told: counts the attempt and lets it rest. */
  postpone(notice: Notice, restMs: number): Promise<void>;
}
