import type { JobCounts, JobFigures, JobRecord, StateReason } from "../domain/job.ts";
import type { Limits } from "../domain/limits.ts";
import type { Side, SilentStore } from "../domain/trouble.ts";

export interface NewJob {
  readonly record: JobRecord;
  /** Both sides' credentials as `CredentialSeal` made them. */
  readonly sealedCredentials: string;
  /** The client's Idempotency-Key; the same key again answers the job that it made. */
  readonly idempotencyKey: string | undefined;
}

export type Submitted =
  | { readonly answer: "submitted" }
  /** This Idempotency-Key made that job before. */
  | { readonly answer: "repeated"; readonly jobId: string }
  | { readonly answer: "name-in-use"; readonly jobId: string };

export type JobChange =
  /** running → paused; `reason` null when a person asked for it. Refused where the job is not at `atRevision` any more. */
  | { readonly change: "pause"; readonly reason: StateReason | null; readonly atRevision?: number }
  /** paused → running; clears the reason. */
  | { readonly change: "resume"; readonly sealedCredentials: string | undefined }
  /** running, paused → cancelling; the master drops the backlog. */
  | { readonly change: "cancel" }
  /** Any state that has not ended. */
  | {
      readonly change: "patch";
      readonly limits: Limits | undefined;
      readonly weight: number | undefined;
      readonly sealedCredentials: string | undefined;
    };

/** `unchanged`: it was so already. `refused`: the state does not allow it. */
export type Changed = "changed" | "unchanged" | "refused" | "unknown";

export interface JobListing {
  readonly jobs: readonly JobRecord[];
  /** Pass it as `after` for the next page; null: that was all. */
  readonly next: string | null;
}

/** Jobs as people ask for them and see them. Every call is all or nothing and may be repeated. */
export interface JobLedger {
  /** Stores the job with one unfinished shard over its whole source prefix, in state running. */
  submit(job: NewJob): Promise<Submitted>;
  /** By id or by name; undefined: no such job. */
  get(idOrName: string): Promise<JobRecord | undefined>;
  /** Newest first, stable while jobs are added. */
  list(query: { readonly after: string | null; readonly limit: number }): Promise<JobListing>;
  change(jobId: string, change: JobChange): Promise<Changed>;
  /**
   * Tells why a job that goes on does not get on just now. For `troubleMs`, or as long as is said of a silent store, this is its
   * `stateReason`, unless the state has one. Of a job that has ended, or is not there, nothing is kept.
   */
  tellTrouble(jobId: string, reason: StateReason, silent?: SilentStore): Promise<void>;
  /** A store answers: the trouble that was told last is over if it was this store's silence. */
  endTrouble(jobId: string, side: Side): Promise<void>;
  /** All of one moment. */
  figures(jobId: string): Promise<JobFigures | undefined>;
  /** The same, and how far the running tasks are (the 1,000 oldest): dearer, because each of them is read. */
  counts(jobId: string): Promise<JobCounts | undefined>;
  sealedCredentials(jobId: string): Promise<string | undefined>;
}

/** Taking a job out of the ledger: apart, because only the API's delete does it. */
export interface JobRemoval {
  /** Removes every key of an ended job, in bounded chunks. */
  remove(jobId: string): Promise<"removed" | "not-ended" | "unknown">;
}
