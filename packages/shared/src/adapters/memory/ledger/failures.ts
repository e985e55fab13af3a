import type { FaultCode } from "../../../domain/fault-codes.ts";
import type { SourceObject } from "../../../domain/object.ts";
import type { FailedObject } from "../../../domain/task.ts";
import type { FailureLedger, FailurePage, Retried } from "../../../ports/settle-ledger.ts";
import { replaceCredentials } from "./job-changes.ts";
import { enqueue } from "./backlog.ts";
import { addToCode } from "./counting.ts";
import { compactBatches } from "./failure-compaction.ts";
import { type JobBook, newTask, type StoredBatch } from "./state.ts";

/** Where tasks wait that were made of failed objects. */
const retryLane = "retry";

export function createMemoryFailures(books: ReadonlyMap<string, JobBook>): FailureLedger {
  return {
    async list(jobId, { code, after, limit }) {
      const book = books.get(jobId);
      return book === undefined ? { items: [], next: null, end: after ?? start } : page(book, code, after, limit);
    },

    async end(jobId) {
      return endOf(books.get(jobId));
    },

    async retry(jobId, codes, sealedCredentials) {
      const book = books.get(jobId);
      if (book === undefined) return { answer: "unknown" };
      return retry(book, codes, sealedCredentials);
    },

    async compact(jobId, compaction) {
      const book = books.get(jobId);
      const may = book?.retrying === undefined && (book?.state === "running" || book?.state === "paused");
      return book === undefined || !may ? [] : compactBatches(book, compaction);
    },

    async resumeRetry(jobId) {
      const book = books.get(jobId);
      if (book?.retrying === undefined) return false;
      moveFailures(book);
      return true;
    },
  };
}

function retry(book: JobBook, codes: readonly FaultCode[], sealedCredentials: string | undefined): Retried {
  const allowed = ["running", "paused", "completed", "failed"].includes(book.state);
  if (!allowed) return { answer: "refused" };
  replaceCredentials(book, sealedCredentials);
  const pending = moveFailures(book);
  const any = book.failures.some(({ batch }) => codes.length === 0 || codes.includes(batch.code));
  if (book.state === "failed" || (book.state === "completed" && any)) {
    book.state = "running";
    book.stateReason = null;
    book.endedAtMs = null;
    book.abandoned = undefined;
  }
  book.breaker = { objects: 0, failed: 0, bytes: 0 };
  book.retrying = { codes, until: book.failureSequence };
  const moved = moveFailures(book);
  return { answer: "retried", objects: pending.objects + moved.objects, tasks: pending.tasks + moved.tasks };
}

function moveFailures(book: JobBook): { readonly objects: number; readonly tasks: number } {
  const { retrying } = book;
  if (retrying === undefined) return { objects: 0, tasks: 0 };
  const isMeant = ({ sequence, batch }: StoredBatch): boolean =>
    sequence <= retrying.until && (retrying.codes.length === 0 || retrying.codes.includes(batch.code));
  const meant = book.failures.filter(isMeant);
  for (const stored of meant) moveBatch(book, stored);
  book.failures = book.failures.filter((stored) => !isMeant(stored));
  book.retrying = undefined;
  return { objects: meant.reduce((sum, { batch }) => sum + batch.objects.length, 0), tasks: meant.length };
}

function moveBatch(book: JobBook, { batch, tasks }: StoredBatch): void {
  const objects = batch.objects.map(sourceOf);
  const task = newTask({ taskId: batch.retryTaskId, manifest: { kind: "copy-batch", objects } }, retryLane);
  book.open.set(task.taskId, task);
  enqueue(book, task);
  book.tally = { ...book.tally, failedObjects: book.tally.failedObjects - objects.length };
  book.failedTasks -= tasks;
  addToCode(book, batch.code, -objects.length);
}

function sourceOf({ key, sizeBytes, etag, lastModifiedMs, storageClass }: FailedObject): SourceObject {
  return { key, sizeBytes, etag, lastModifiedMs, storageClass };
}

/** The cursor is the batch's sequence and the number of its objects that were shown. */
function page(book: JobBook, code: FaultCode | undefined, after: string | null, limit: number): FailurePage {
  const [sequence = 0, shown = 0] = (after ?? "").split(".").map(Number);
  const items: FailurePage["items"][number][] = [];
  for (const stored of book.failures) {
    if (stored.sequence < sequence || (code !== undefined && stored.batch.code !== code)) continue;
    const from = stored.sequence === sequence ? shown : 0;
    for (const [place, object] of stored.batch.objects.entries()) {
      if (place < from) continue;
      if (items.length === limit) {
        const next = `${stored.sequence}.${place}`;
        return { items, next, end: next };
      }
      items.push({ ...object, code: stored.batch.code });
    }
  }
  const last = book.failures.at(-1)?.sequence ?? 0;
  return { items, next: null, end: sequence > last ? (after ?? start) : endOf(book) };
}

const start = "0.0";

/** The cursor behind the last batch. */
function endOf(book: JobBook | undefined): string {
  const last = book?.failures.at(-1);
  return last === undefined ? start : `${last.sequence + 1}.0`;
}
