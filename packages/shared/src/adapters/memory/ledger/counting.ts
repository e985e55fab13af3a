import type { FaultCode } from "../../../domain/fault-codes.ts";
import { emptyTally, type Outcome, type Tally } from "../../../domain/outcome.ts";
import type { FailedBatch, FailedObject } from "../../../domain/task.ts";
import { failureLimitReason } from "../../../domain/failure-limit.ts";
import { noteOccasion } from "./notices.ts";
import { addTallies, type JobBook, type OpenTask, weightOf } from "./state.ts";

/** Takes a task out of the ledger, adding what its record and `more` sum up to. Answers what was added. */
export function closeTask(book: JobBook, task: OpenTask, more: Tally): Tally {
  const sums = addTallies(task.tally, more);
  book.open.delete(task.taskId);
  book.dispatched.delete(task);
  book.spreads.delete(task.taskId);
  book.tally = addTallies(book.tally, sums);
  book.breaker.objects += sums.copiedObjects + sums.skippedObjects + sums.failedObjects;
  book.breaker.failed += sums.failedObjects;
  return sums;
}

/**
 * Drops a cancelled job's task that nobody holds any more: what its record says is counted, and kept until it is journaled.
 * With the last group of a spread object goes the object's task, which waits for it.
 */
export function dropTask(book: JobBook, task: OpenTask): void {
  if (task.manifest.kind === "copy-parts") {
    const { objectTaskId } = task.manifest.spread;
    const groups = book.spreads.get(objectTaskId)?.groups;
    groups?.delete(task.taskId);
    const waiting = groups?.size === 0 ? book.open.get(objectTaskId) : undefined;
    if (waiting !== undefined) closeTask(book, waiting, emptyTally);
  }
  closeTask(book, task, emptyTally);
  if (task.rows.size > 0) book.dropped.set(task.taskId, [...task.rows.values()]);
  const batches = failuresInRecord(task);
  storeFailures(book, batches, 1);
  if (batches.length > 0) book.failedTasks += 1;
}

/** `tasks`: how many failed tasks the first batch stands for. */
export function storeFailures(book: JobBook, batches: readonly FailedBatch[], tasks: 0 | 1): void {
  for (const [place, batch] of batches.entries()) {
    const weightBytes = weightOf(batch.objects);
    book.failureSequence += 1;
    book.failures.push({ sequence: book.failureSequence, batch, weightBytes, tasks: place === 0 ? tasks : 0 });
    book.breaker.bytes += weightBytes;
    addToCode(book, batch.code, batch.objects.length);
  }
}

export function addToCode(book: JobBook, code: FaultCode, objects: number): void {
  const count = (book.failuresByCode.get(code) ?? 0) + objects;
  if (count === 0) book.failuresByCode.delete(code);
  else book.failuresByCode.set(code, count);
}

/** Pauses a running job whose objects fail beyond its limits. */
export function watchFailures(book: JobBook): void {
  if (book.state !== "running") return;
  const reason = failureLimitReason(book.breaker, book.spec.failureLimits);
  if (reason === undefined) return;
  book.state = "paused";
  book.stateReason = reason;
  noteOccasion(book);
}

function failuresInRecord(task: OpenTask): readonly FailedBatch[] {
  const byCode = new Map<FaultCode, FailedObject[]>();
  for (const outcome of task.rows.values()) {
    const failed = failedObject(task, outcome);
    if (failed === undefined) continue;
    byCode.set(failed.code, [...(byCode.get(failed.code) ?? []), failed.object]);
  }
  return [...byCode].map(([code, objects]) => ({ code, retryTaskId: `${task.taskId}.${code}`, objects }));
}

function failedObject(task: OpenTask, outcome: Outcome): { code: FaultCode; object: FailedObject } | undefined {
  const source = task.manifest.objects[outcome.index];
  if (outcome.state !== "failed" || source === undefined) return undefined;
  const { code, message, attempts, atMs } = outcome;
  return { code, object: { ...source, message, attempts, atMs } };
}
