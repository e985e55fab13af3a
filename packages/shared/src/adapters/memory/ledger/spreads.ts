import { emptyTally, type Outcome, tallied } from "../../../domain/outcome.ts";
import type { Manifest } from "../../../domain/task.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { UploadedPart } from "../../../ports/object-target.ts";
import type { GenerationEnd, SpreadLedger, SpreadStep } from "../../../ports/spread-ledger.ts";
import { enqueue, putBack, withdraw } from "./backlog.ts";
import { noteRate } from "./rates.ts";
import { partsOf } from "./spread-parts.ts";
import { type JobBook, newTask, type OpenTask } from "./state.ts";
import { type Held, heldBy } from "./tasks.ts";
import { noteUpload } from "./uploads.ts";

/** Where groups of parts wait. */
const groupLane = "large";

export function createMemorySpreads(books: ReadonlyMap<string, JobBook>, clock: Clock): SpreadLedger {
  return {
    async spread(task, step) {
      const held = heldBy(books, task);
      // An object whose outcome is on record is not begun.
      if (held?.task.manifest.kind !== "copy-batch" || held.task.rows.size > 0) return "refused";
      if (held.book.state === "cancelling") return "not-now";
      spread(held, step);
      return "spread";
    },

    async record(task, parts) {
      const held = heldBy(books, task);
      return held === undefined ? "refused" : record(held, parts, clock.now());
    },

    async commitGroup(task, objectTaskId) {
      const held = heldBy(books, task);
      return held === undefined ? "refused" : commitGroup(held, objectTaskId);
    },

    async endGeneration(task, end) {
      const held = heldBy(books, task);
      if (held === undefined || !isOf(held, end.objectTaskId)) return "refused";
      endGeneration(held, end);
      return "ended";
    },
  };
}

/** Whether the task belongs to the present generation of this object. */
function isOf({ book, task }: Held, objectTaskId: string): boolean {
  if (!book.spreads.has(objectTaskId)) return false;
  const { manifest, taskId } = task;
  return taskId === objectTaskId || (manifest.kind === "copy-parts" && manifest.spread.objectTaskId === objectTaskId);
}

function spread({ book, task }: Held, { groups, complete }: SpreadStep): void {
  const { targetKey: key, uploadId } = complete.spread;
  noteUpload(book, { key, uploadId });
  book.dispatched.delete(task);
  task.place = "waiting";
  task.held = undefined;
  book.spreads.set(task.taskId, {
    complete,
    groups: new Set(groups.map(({ taskId }) => taskId)),
    parts: new Map(),
  });
  for (const planned of groups) {
    const group = newTask(planned, groupLane);
    book.open.set(group.taskId, group);
    enqueue(book, group);
  }
}

function record({ book, task }: Held, parts: readonly UploadedPart[], nowMs: number): "recorded" | "refused" {
  if (task.manifest.kind !== "copy-parts") return "refused";
  const recorded = book.spreads.get(task.manifest.spread.objectTaskId)?.parts;
  const fresh = parts.filter(({ partNumber }) => recorded?.has(partNumber) === false);
  for (const part of fresh) recorded?.set(part.partNumber, part);
  const copiedBytes = fresh.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  noteRate(book.rates, { ...emptyTally, copiedBytes }, nowMs);
  task.signMs = nowMs;
  return "recorded";
}

function commitGroup({ book, task }: Held, objectTaskId: string): "counted" | "refused" {
  const { manifest, taskId } = task;
  if (manifest.kind !== "copy-parts" || manifest.spread.objectTaskId !== objectTaskId) return "refused";
  const spreadBook = book.spreads.get(objectTaskId);
  const wanted = manifest.lastPart - manifest.firstPart + 1;
  if (spreadBook === undefined || partsOf(book, taskId, manifest).length !== wanted) return "refused";
  takeOut(book, task);
  book.succeededTasks += 1;
  spreadBook.groups.delete(taskId);
  if (spreadBook.groups.size === 0) comeBack(book, objectTaskId, spreadBook.complete);
  return "counted";
}

function endGeneration({ book, task }: Held, { objectTaskId, next, failed }: GenerationEnd): void {
  for (const groupId of book.spreads.get(objectTaskId)?.groups ?? []) {
    const group = book.open.get(groupId);
    if (group !== undefined) takeOut(book, group);
  }
  book.dispatched.delete(task);
  book.spreads.delete(objectTaskId);
  comeBack(book, objectTaskId, next, failed);
}

/** The object's task enters the backlog as another stage of itself: nothing of its last one is left but its run. */
function comeBack(book: JobBook, taskId: string, manifest: Manifest, failed?: Outcome): void {
  const before = book.open.get(taskId);
  if (before === undefined) return;
  const task = newTask({ taskId, manifest }, before.lane);
  task.run = before.run;
  if (failed !== undefined) {
    task.rows.set(failed.index, failed);
    task.tally = tallied(task.tally, failed);
  }
  book.open.set(taskId, task);
  putBack(book, task);
}

function takeOut(book: JobBook, task: OpenTask): void {
  if (task.place === "backlog") withdraw(book, task);
  book.dispatched.delete(task);
  book.open.delete(task.taskId);
}
