import { emptyTally, type Outcome, tallied, type Tally } from "../../../domain/outcome.ts";
import type { HeldTask, TaskPointer } from "../../../domain/task.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Commit, Committed, Progressed, Taken, TaskLedger } from "../../../ports/task-ledger.ts";
import { putBack } from "./backlog.ts";
import { closeTask, dropTask, storeFailures, watchFailures } from "./counting.ts";
import { noteRate } from "./rates.ts";
import { partsOf } from "./spread-parts.ts";
import type { JobBook, OpenTask } from "./state.ts";

export interface Held {
  readonly book: JobBook;
  readonly task: OpenTask;
}

export function createMemoryTasks(books: ReadonlyMap<string, JobBook>, clock: Clock): TaskLedger {
  return {
    async take(pointer) {
      const book = books.get(pointer.jobId);
      return book === undefined ? { answer: "gone" } : take(book, pointer, clock.now());
    },

    async progress(held, outcomes) {
      const found = heldBy(books, held);
      return found === undefined ? { answer: "refused" } : record(found, outcomes, clock.now());
    },

    async handBack(held) {
      const found = heldBy(books, held);
      if (found === undefined) return "refused";
      const { book, task } = found;
      if (book.state === "cancelling") {
        dropTask(book, task);
        return "handed-back";
      }
      task.starts -= 1;
      putBack(book, task);
      return "handed-back";
    },

    async commit(held, commit) {
      const found = heldBy(books, held);
      return found === undefined ? { answer: "refused" } : settle(found, commit, clock.now());
    },

    async isOpen(held) {
      return heldBy(books, held) !== undefined;
    },

    async suspect(held, index) {
      const found = heldBy(books, held);
      if (found !== undefined) found.task.suspect = index;
    },
  };
}

/** The task, if this very start of this very run has it still. */
export function heldBy(books: ReadonlyMap<string, JobBook>, { jobId, taskId, run, start }: HeldTask): Held | undefined {
  const book = books.get(jobId);
  const task = book?.open.get(taskId);
  if (book === undefined || task === undefined) return undefined;
  return task.run === run && task.held?.start === start ? { book, task } : undefined;
}

function take(book: JobBook, { jobId, taskId, run }: TaskPointer, nowMs: number): Taken {
  const task = book.open.get(taskId);
  if (task === undefined || task.run !== run || task.place !== "dispatched") return { answer: "gone" };
  if (book.state === "paused") {
    noteCrash(task);
    putBack(book, task);
    return { answer: "not-now" };
  }
  if (book.state !== "running") {
    // A holder that is alive may still commit what it has; the sweep drops the task once it gives no sign.
    if (task.held === undefined) dropTask(book, task);
    return { answer: "gone" };
  }
  noteCrash(task);
  task.starts += 1;
  task.held = { start: task.starts, sinceMs: nowMs };
  task.signMs = nowMs;
  return {
    answer: "held",
    task: { jobId, taskId, run, start: task.starts },
    manifest: task.manifest,
    progress: [...task.rows.values()],
    parts: partsOf(book, taskId, task.manifest),
    crashes: new Map(task.crashes),
    revision: book.revision,
  };
}

/** A task that is given out again while an object was marked: that object's worker died, unless it is done. */
function noteCrash(task: OpenTask): void {
  const index = task.suspect;
  task.suspect = undefined;
  if (index === undefined || task.rows.has(index)) return;
  task.crashes.set(index, (task.crashes.get(index) ?? 0) + 1);
}

function record({ book, task }: Held, outcomes: readonly Outcome[], nowMs: number): Progressed {
  const standing: Outcome[] = [];
  let added: Tally = emptyTally;
  for (const outcome of outcomes) {
    const before = task.rows.get(outcome.index);
    if (before !== undefined) {
      standing.push(before);
      continue;
    }
    task.rows.set(outcome.index, outcome);
    task.tally = tallied(task.tally, outcome);
    added = tallied(added, outcome);
  }
  noteRate(book.rates, added, nowMs);
  task.signMs = nowMs;
  const jobState = book.state === "paused" || book.state === "cancelling" ? book.state : "running";
  return { answer: "recorded", standing, jobState, revision: book.revision };
}

function settle({ book, task }: Held, commit: Commit, nowMs: number): Committed {
  if (task.manifest.kind === "copy-parts") return { answer: "refused" };
  const standing = commit.outcomes.flatMap(({ index }) => task.rows.get(index) ?? []);
  if (standing.length > 0) return { answer: "behind", standing };
  const covered = task.rows.size + commit.outcomes.length === task.manifest.objects.length;
  if (!covered && book.state !== "cancelling") return { answer: "refused" };
  const listed = commit.failures.reduce((sum, { objects }) => sum + objects.length, 0);
  if (listed !== task.tally.failedObjects + commit.tally.failedObjects) return { answer: "refused" };

  // The bytes of a spread object were noted with its parts.
  const fresh = book.spreads.has(task.taskId) ? { ...commit.tally, copiedBytes: 0 } : commit.tally;
  const sums = closeTask(book, task, commit.tally);
  noteRate(book.rates, fresh, nowMs);
  storeFailures(book, commit.failures, 1);
  if (sums.failedObjects > 0) book.failedTasks += 1;
  else if (covered) book.succeededTasks += 1;
  if (commit.journalPart !== undefined) book.journal.push(commit.journalPart);
  if (commit.written.length > 0) {
    book.recheck.set(task.taskId, { written: commit.written, clean: sums.failedObjects === 0 });
  }
  if (sums.failedObjects > 0) watchFailures(book);
  return { answer: "counted" };
}
