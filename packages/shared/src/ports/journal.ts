import type { Outcome } from "../domain/outcome.ts";
import type { Signalled } from "./object-source.ts";

/**
 * The lasting record of every object's outcome: one complete part per attempt of a task, written before the commit
 * that names it. Only committed names get into the job's index, so parts of workers that were given up are never read.
 */
export interface Journal {
  /** Writes a part whole or not at all, and answers its name within the job. The same outcomes may be written twice. */
  writePart(jobId: string, taskId: string, outcomes: readonly Outcome[], options: Signalled): Promise<string>;
  /** Appends committed names to the job's index. A name that is in it already is not added again. */
  appendIndex(jobId: string, names: readonly string[], options: Signalled): Promise<void>;
  /** Yields the outcomes of all indexed parts. */
  read(jobId: string, options: Signalled): AsyncIterable<Outcome>;
  /** Removes all of a job. */
  remove(jobId: string, options: Signalled): Promise<void>;
  /** Throws a Fault that says what to do if nothing can be written. */
  check(options: Signalled): Promise<void>;
}
