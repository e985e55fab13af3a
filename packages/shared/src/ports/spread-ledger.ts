import type { Outcome } from "../domain/outcome.ts";
import type { CompleteUpload, CopyBatch, CopyParts, HeldTask } from "../domain/task.ts";
import type { UploadedPart } from "./object-target.ts";

export interface SpreadStep {
  readonly groups: readonly { readonly taskId: string; readonly manifest: CopyParts }[];
  /** What the object's task comes back as. */
  readonly complete: CompleteUpload;
}

export interface GenerationEnd {
  /** As the task's own manifest says. */
  readonly objectTaskId: string;
  /** What the object's task comes back as. */
  readonly next: CopyBatch;
  /** The object has failed for good: recorded with the call, it is counted when the object's task is committed. */
  readonly failed: Extract<Outcome, { state: "failed" }> | undefined;
}

/**
 * Objects that are spread over the fleet. Each method is one call that happens whole or not at all, and may come late or
 * twice: it acts only for the present holder of the task, else it answers `refused`.
 *
 * The object's own task stays open all the time. It waits, held by nobody and in no backlog, while its groups of parts
 * are tasks of their own; the last group's commit, or the end of the generation, brings it back to the backlog. So a job
 * cannot settle in between, and the object is counted once, by the commit of its own task. In a cancelling job the
 * object's task is dropped with the last of its groups.
 */
export interface SpreadLedger {
  /**
   * By the holder of the object's task: the upload is begun. Notes it, plans the groups, and lets the object's task wait.
   * `not-now` in a cancelling job.
   */
  spread(task: HeldTask, step: SpreadStep): Promise<"spread" | "refused" | "not-now">;
  /** By a group's holder: these parts are at the target. First write wins; also a sign of life. */
  record(task: HeldTask, parts: readonly UploadedPart[]): Promise<"recorded" | "refused">;
  /** Closes a group whose parts are all recorded (else `refused`); with the last one the object's task comes back. */
  commitGroup(task: HeldTask, objectTaskId: string): Promise<"counted" | "refused">;
  /**
   * By the holder of any task of the generation: it cannot lead to a copy. Its groups leave `open`, what was recorded of
   * its parts is forgotten, and the object's task comes back. The upload stays noted, for settling to abort it.
   */
  endGeneration(task: HeldTask, end: GenerationEnd): Promise<"ended" | "refused">;
}
