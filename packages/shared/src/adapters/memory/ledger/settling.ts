import type { StateReason } from "../../../domain/job.ts";
import { hasEnded } from "../../../domain/state.ts";
import type { FailedBatch } from "../../../domain/task.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SettleLedger } from "../../../ports/settle-ledger.ts";
import { storeFailures } from "./counting.ts";
import { noteOccasion } from "./notices.ts";
import { type JobBook, listingDone } from "./state.ts";

export function createMemorySettling(books: ReadonlyMap<string, JobBook>, clock: Clock): SettleLedger {
  return {
    async beginSettling(jobId) {
      const book = books.get(jobId);
      return book === undefined ? false : beginSettling(book);
    },

    async toRecheck(jobId, limit) {
      const entries = [...(books.get(jobId)?.recheck ?? [])].slice(0, limit);
      return entries.map(([taskId, { written }]) => ({ taskId, written }));
    },

    async rechecked(jobId, taskId, late) {
      const book = books.get(jobId);
      if (book === undefined || hasEnded(book.state)) return "ended";
      recheck(book, taskId, late);
      return "done";
    },

    async journalParts(jobId, limit) {
      return (books.get(jobId)?.journal ?? []).slice(0, limit);
    },

    async journalIndexed(jobId, names) {
      const journal = books.get(jobId)?.journal;
      if (journal !== undefined && names.every((name, place) => journal[place] === name)) {
        journal.splice(0, names.length);
      }
    },

    async end(jobId, reason) {
      const book = books.get(jobId);
      if (book?.state === "settling") end(book, reason, clock.now());
    },
  };
}

function beginSettling(book: JobBook): boolean {
  if (book.state === "settling") return true;
  if (book.state !== "running" && book.state !== "cancelling") return false;
  if (book.open.size > 0 || !listingDone(book)) return false;
  if (book.state === "running" && book.retrying !== undefined) return false;
  book.cancelled = book.state === "cancelling";
  book.retrying = undefined;
  book.state = "settling";
  return true;
}

function recheck(book: JobBook, taskId: string, late: readonly FailedBatch[]): void {
  const entry = book.recheck.get(taskId);
  if (entry === undefined) return;
  book.recheck.delete(taskId);
  const objects = late.flatMap((batch) => batch.objects);
  if (objects.length === 0) return;
  book.tally = {
    ...book.tally,
    copiedObjects: book.tally.copiedObjects - objects.length,
    copiedBytes: book.tally.copiedBytes - objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    failedObjects: book.tally.failedObjects + objects.length,
  };
  storeFailures(book, late, entry.clean ? 1 : 0);
  if (!entry.clean) return;
  book.succeededTasks -= 1;
  book.failedTasks += 1;
}

function end(book: JobBook, reason: StateReason | null, nowMs: number): void {
  // A settler that comes late must not close what a later round of settling has not looked at yet.
  if (reason === null && (book.recheck.size > 0 || book.dropped.size > 0 || book.journal.length > 0)) return;
  book.stateReason = reason ?? book.abandoned ?? null;
  book.endedAtMs = nowMs;
  if (book.cancelled) book.state = "cancelled";
  else book.state = book.stateReason === null ? "completed" : "failed";
  noteOccasion(book);
}
