import type { Outcome, Tally } from "../domain/outcome.ts";
import type { FailedBatch, HeldTask, Manifest, TaskPointer, WrittenObject } from "../domain/task.ts";
import type { Upload, UploadedPart } from "./object-target.ts";

export type Taken =
  | {
      readonly answer: "held";
      readonly task: HeldTask;
      readonly manifest: Manifest;
      /** Outcomes that earlier holders recorded: final, not to be done again. */
      readonly progress: readonly Outcome[];
      /** Of `copy-parts` and `complete-upload`: the task's parts that are at the target, in their order; else none. */
      readonly parts: readonly UploadedPart[];
      /** How often a worker died while it worked on this object alone, by index. */
      readonly crashes: ReadonlyMap<number, number>;
      /** The job's revision: a change (credentials, limits) since one's last look needs `JobLedger.get`. */
      readonly revision: number;
    }
  /** Committed, dropped or superseded by another run: nothing to do. */
  | { readonly answer: "gone" }
  /** The job is paused: the task went back to the backlog. */
  | { readonly answer: "not-now" };

export type Progressed =
  | {
      readonly answer: "recorded";
      /** Outcomes that stood in the record before ours for the same objects: they hold, ours do not. */
      readonly standing: readonly Outcome[];
      readonly jobState: "running" | "paused" | "cancelling";
      readonly revision: number;
    }
  /** Another holder has the task, or it is gone: abandon it without another write. */
  | { readonly answer: "refused" };

export interface Commit {
  /** Outcomes that are not in the progress record. With it they cover the manifest, except in a cancelling job. */
  readonly outcomes: readonly Outcome[];
  /** Their sums. */
  readonly tally: Tally;
  /** All failed objects of the task, those of the progress record included, one batch per code. */
  readonly failures: readonly FailedBatch[];
  /** The journal part that holds all outcomes; undefined when there are none. */
  readonly journalPart: string | undefined;
  /** For a task that was started more than once: what settling has to look at again. */
  readonly written: readonly WrittenObject[];
}

export type Committed =
  | { readonly answer: "counted" }
  /**
   * Not open any more, or not for this holder: final and harmless. The loser deletes nothing. Also when the record and these
   * outcomes together leave objects out (but in a cancelling job), or `failures` are not all failed objects: so it is after
   * Redis has fallen back; the sweep gives the task out again.
   */
  | { readonly answer: "refused" }
  /** Nothing changed: the record holds other outcomes for some of these objects. Adopt them and commit again. */
  | { readonly answer: "behind"; readonly standing: readonly Outcome[] };

/** What a worker does with a task. Each method is one call that happens whole or not at all, and may come late or twice. */
export interface TaskLedger {
  /** Counts a start, marks the task running in `holder`'s name. */
  take(pointer: TaskPointer, holder: string): Promise<Taken>;
  /** Adds outcomes to the record, first write wins; also the sign of life, so it is called each second even with none. */
  progress(task: HeldTask, outcomes: readonly Outcome[]): Promise<Progressed>;
  /** Back to the backlog with its progress; the start is uncounted. In a cancelling job the task is dropped, its progress counted. */
  handBack(task: HeldTask): Promise<"handed-back" | "refused">;
  /** Only while the task is open. Counts, stores failures, drops the manifest; pauses the job past its failure limits. */
  commit(task: HeldTask, commit: Commit): Promise<Committed>;
  isOpen(task: HeldTask): Promise<boolean>;
  /** Written before each object once a task runs alone: if the worker dies now, it was this object. */
  suspect(task: HeldTask, index: number): Promise<void>;
}

/** Multipart uploads that the job began, so that settling aborts those that are left and never anybody else's. */
export interface UploadLedger {
  note(jobId: string, upload: Upload): Promise<void>;
  forget(jobId: string, upload: Upload): Promise<void>;
  list(jobId: string, limit: number): Promise<readonly Upload[]>;
}
