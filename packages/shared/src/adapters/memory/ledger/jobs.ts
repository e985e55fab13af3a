import type { FaultCode } from "../../../domain/fault-codes.ts";
import type { JobCounts, JobFigures, JobRecord, RunningTask } from "../../../domain/job.ts";
import { hasEnded } from "../../../domain/state.ts";
import { showsTrouble, troubleMs } from "../../../domain/trouble.ts";
import { manifestBytes, manifestObjects } from "../../../domain/task.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { JobLedger, JobRemoval, Submitted } from "../../../ports/job-ledger.ts";
import { backlogLength } from "./backlog.ts";
import { changeBook } from "./job-changes.ts";
import { recentOf } from "./rates.ts";
import { partsOf } from "./spread-parts.ts";
import { type JobBook, listingFinished, newBook, type OpenTask } from "./state.ts";

export function createMemoryJobs(books: Map<string, JobBook>, clock: Clock): JobLedger & JobRemoval {
  const byName = (name: string): JobBook | undefined => [...books.values()].find(({ spec }) => spec.name === name);
  return {
    async submit(job) {
      const answer = existing([...books.values()], job.record, job.idempotencyKey);
      if (answer !== undefined) return answer;
      books.set(job.record.id, newBook(job));
      return { answer: "submitted" };
    },

    async get(idOrName) {
      const book = books.get(idOrName) ?? byName(idOrName);
      return book === undefined ? undefined : recordOf(book, clock.now());
    },

    async list({ after, limit }) {
      const newestFirst = [...books.values()].map((book) => ({ book, place: placeOf(book) })).sort(byPlace);
      const rest = newestFirst.filter(({ place }) => after === null || place < after);
      const shown = rest.slice(0, limit);
      const next = rest.length > limit ? (shown.at(-1)?.place ?? null) : null;
      return { jobs: shown.map(({ book }) => recordOf(book, clock.now())), next };
    },

    async change(jobId, change) {
      const book = books.get(jobId);
      return book === undefined ? "unknown" : changeBook(book, change);
    },

    async tellTrouble(jobId, reason, silent) {
      const book = books.get(jobId);
      const untilMs = clock.now() + (silent?.forMs ?? troubleMs);
      if (book !== undefined && !hasEnded(book.state)) book.trouble = { reason, untilMs, side: silent?.side };
    },

    async endTrouble(jobId, side) {
      const book = books.get(jobId);
      if (book?.trouble?.side === side) book.trouble = undefined;
    },

    async figures(jobId) {
      const book = books.get(jobId);
      return book === undefined ? undefined : figuresOf(book, clock.now());
    },

    async counts(jobId) {
      const book = books.get(jobId);
      return book === undefined ? undefined : countsOf(book, clock.now());
    },

    async sealedCredentials(jobId) {
      return books.get(jobId)?.sealedCredentials;
    },

    async remove(jobId) {
      const book = books.get(jobId);
      if (book === undefined) return "unknown";
      if (!hasEnded(book.state)) return "not-ended";
      books.delete(jobId);
      return "removed";
    },
  };
}

function existing(books: readonly JobBook[], record: JobRecord, key: string | undefined): Submitted | undefined {
  if (books.some(({ id }) => id === record.id)) return { answer: "submitted" };
  const repeated = books.find((book) => key !== undefined && book.idempotencyKey === key);
  if (repeated !== undefined) return { answer: "repeated", jobId: repeated.id };
  const namesake = books.find((book) => book.spec.name === record.spec.name);
  return namesake === undefined ? undefined : { answer: "name-in-use", jobId: namesake.id };
}

/** Sorts as time, then id; also the listing's cursor. */
function placeOf({ createdAtMs, id }: JobBook): string {
  return `${String(createdAtMs).padStart(16, "0")}.${id}`;
}

function byPlace(a: { readonly place: string }, b: { readonly place: string }): number {
  return a.place < b.place ? 1 : -1;
}

function recordOf(book: JobBook, nowMs: number): JobRecord {
  const { id, spec, state, createdAtMs, endedAtMs, revision, trouble } = book;
  const lately = trouble !== undefined && showsTrouble(state) && nowMs < trouble.untilMs;
  const stateReason = book.stateReason ?? (lately ? trouble.reason : null);
  return { id, spec, state, stateReason, createdAtMs, endedAtMs, revision };
}

function countsOf(book: JobBook, nowMs: number): JobCounts {
  const running = [...book.dispatched].flatMap((task) => runningTask(book, task));
  return { ...figuresOf(book, nowMs), running };
}

function figuresOf(book: JobBook, nowMs: number): JobFigures {
  const failuresByCode: Partial<Record<FaultCode, number>> = Object.fromEntries(book.failuresByCode);
  return {
    listedObjects: book.listedObjects,
    listedBytes: book.listedBytes,
    tally: book.tally,
    pendingTasks: backlogLength(book),
    dispatchedTasks: book.dispatched.size,
    runningTasks: [...book.dispatched].filter(({ held }) => held !== undefined).length,
    succeededTasks: book.succeededTasks,
    failedTasks: book.failedTasks,
    listingFinished: listingFinished(book),
    failuresByCode,
    backlogBytes: book.backlogBytes,
    recent: recentOf(book.rates, book.createdAtMs, nowMs),
  };
}

function runningTask(book: JobBook, { taskId, held, manifest, rows, tally }: OpenTask): readonly RunningTask[] {
  if (held === undefined) return [];
  const bytesTotal = manifestBytes(manifest);
  const partBytes = manifest.kind === "copy-parts" ? partsOf(book, taskId, manifest) : [];
  const bytesDone = partBytes.reduce((sum, part) => sum + part.sizeBytes, tally.copiedBytes + tally.skippedBytes);
  const objectsTotal = manifestObjects(manifest);
  return [{ taskId, startedAtMs: held.sinceMs, bytesDone, bytesTotal, objectsDone: rows.size, objectsTotal }];
}
