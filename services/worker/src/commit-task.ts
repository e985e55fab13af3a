import { randomBytes } from "node:crypto";
import type { FaultCode } from "@causeway/shared/domain/fault-codes.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import { type FailedBatch, type FailedObject, restartsOf, type WrittenObject } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Commit, Committed, TaskLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { TaskRun } from "./task-run.ts";

export interface CommitParts {
  readonly ledger: TaskLedger;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tries of a step whose other side (journal, ledger) is not there at the moment. */
const mostTries = 5;
const pauseMs = 1000;
/** Each round adopts outcomes of an earlier holder, which writes nothing more: one round is the rule. */
const mostRounds = 10;

/** Writes the journal part and commits; where the ledger's record is ahead, adopts what it holds and commits again. */
export async function commitTask(run: TaskRun, parts: CommitParts): Promise<"counted" | "refused"> {
  for (let round = 0; round < mostRounds; round += 1) {
    const journalPart = await insist(run, parts, () => writePart(run, parts.journal));
    const committed = await insist<Committed>(run, parts, () =>
      parts.ledger.commit(run.taken.task, commitOf(run, journalPart)),
    );
    if (committed.answer !== "behind") return committed.answer;
    run.book.recorded([], committed.standing);
  }
  throw new Error("the progress record kept changing while the task was committed");
}

async function writePart({ book, pointer, hold }: TaskRun, journal: Journal): Promise<string | undefined> {
  const outcomes = book.all();
  if (outcomes.length === 0) return undefined;
  return journal.writePart(pointer.jobId, pointer.taskId, outcomes, { signal: hold.signal });
}

/** Asks again where the other side does not answer; throws its last error, or at once when the hold is lost. */
export async function insist<T>(
  run: TaskRun,
  { clock, log }: Pick<CommitParts, "clock" | "log">,
  step: () => Promise<T>,
): Promise<T> {
  const { signal } = run.hold;
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (signal.aborted || tries >= mostTries) throw error;
      log.warn({ ...run.pointer, err: error }, "a task could not be committed; trying again");
      await clock.sleep(pauseMs, { signal });
    }
  }
}

function commitOf(run: TaskRun, journalPart: string | undefined): Commit {
  const { book, taken } = run;
  const all = book.all();
  const { objects } = taken.manifest;
  return {
    outcomes: book.unrecorded(),
    tally: book.tally(),
    failures: failedBatches(all, objects),
    journalPart,
    written: mayBeWrittenLate(run) ? writtenObjects(all, objects) : [],
  };
}

/** Somebody else had the task before, or an earlier generation of its object. */
function mayBeWrittenLate({ taken: { task, manifest } }: TaskRun): boolean {
  return task.start > 1 || restartsOf(manifest) > 0;
}

/** Failed objects, one batch per code: each batch is already the manifest of its retry. */
function failedBatches(outcomes: readonly Outcome[], objects: readonly SourceObject[]): readonly FailedBatch[] {
  const byCode = new Map<FaultCode, FailedObject[]>();
  for (const outcome of outcomes) {
    const object = objects[outcome.index];
    if (outcome.state !== "failed" || object === undefined) continue;
    const { code, message, attempts, atMs } = outcome;
    const batch = byCode.get(code) ?? [];
    batch.push({ ...object, message, attempts, atMs });
    byCode.set(code, batch);
  }
  return [...byCode].map(([code, failed]) => ({ code, retryTaskId: randomBytes(16).toString("hex"), objects: failed }));
}

function writtenObjects(outcomes: readonly Outcome[], objects: readonly SourceObject[]): readonly WrittenObject[] {
  return outcomes.flatMap((outcome) => {
    const source = objects[outcome.index];
    if (outcome.state !== "copied" || source === undefined) return [];
    // The version that was copied may be newer than the listed one.
    const written = { ...source, sizeBytes: outcome.sizeBytes, etag: outcome.sourceEtag };
    return [{ source: written, targetKey: outcome.targetKey, crc64: outcome.crc64 }];
  });
}
