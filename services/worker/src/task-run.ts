import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Taken, TaskLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Hold } from "@causeway/shared/ports/task-queue.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { JobWork } from "./job-work.ts";
import { type OutcomeBook, createOutcomeBook } from "./outcome-book.ts";

/**
 * Why a task is left before its end.
 * `pause`, `drain`, `path`, `credentials` (a store refuses them): it goes back to the backlog. `cancel`: what is done is counted, the rest dropped.
 * `settled`: the ledger needs nothing more: the object is spread over other tasks, or the group of parts is counted.
 * `stale`: the queue may have given it to somebody else. `lost`: the ledger says that somebody else has it.
 */
export type Stop = "pause" | "drain" | "path" | "credentials" | "cancel" | "settled" | "stale" | "lost";

export type HeldAnswer = Extract<Taken, { answer: "held" }>;

/** One start of a task in this process. */
export interface TaskRun {
  readonly pointer: TaskPointer;
  readonly taken: HeldAnswer;
  readonly book: OutcomeBook;
  readonly hold: Hold;
  /** What its objects are copied by; another one once the job's revision has changed. */
  work: JobWork;
  /** No further object is begun once this is set. */
  stopped(): Stop | undefined;
  /** The first reason holds, but `settled`, `stale` and `lost` overrule the others. Whatever may not wait cuts a grace short. */
  stop(why: Stop): void;
  /** Aborted when even what is under way must end. */
  readonly signal: AbortSignal;
  /** Throws when nothing may be written any more. */
  mayWrite(): void;
  /** Ends what the run keeps going in the background. */
  end(): void;
}

const hardStops: ReadonlySet<Stop> = new Set(["settled", "stale", "lost"]);
/** These give what is under way no time. */
const stopsAtOnce: ReadonlySet<Stop> = new Set([...hardStops, "path", "drain", "credentials"]);

/** Objects under way when a job is paused or cancelled get so long to finish; large ones are given up and begun anew. */
const graceMs = 5000;

export interface RunOpening {
  readonly pointer: TaskPointer;
  readonly taken: HeldAnswer;
  readonly hold: Hold;
  readonly work: JobWork;
}

export function createTaskRun(opening: RunOpening): TaskRun {
  const { taken, hold } = opening;
  const controller = new AbortController();
  let stopped: Stop | undefined;
  let timer: NodeJS.Timeout | undefined;
  const abort = (why: Stop): void => controller.abort(new Error(`the task is left: ${why}`));
  const stop = (why: Stop): void => {
    if (stopped !== undefined && hardStops.has(stopped)) return;
    if (stopped === undefined || hardStops.has(why)) stopped = why;
    if (stopsAtOnce.has(why)) abort(why);
    else timer ??= setTimeout(abort, graceMs, why);
  };
  const onLost = (): void => stop("stale");
  hold.signal.addEventListener("abort", onLost, { once: true });
  if (hold.signal.aborted) onLost();
  return {
    ...opening,
    book: createOutcomeBook(taken.manifest.objects.length, taken.progress),
    stopped: () => stopped,
    stop,
    signal: controller.signal,
    mayWrite() {
      if (!hold.isFresh()) stop("stale");
      controller.signal.throwIfAborted();
    },
    end() {
      clearTimeout(timer);
      hold.signal.removeEventListener("abort", onLost);
    },
  };
}

export interface PulseParts {
  readonly ledger: TaskLedger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Opens the job anew at this revision. */
  readonly reopen: (run: TaskRun, revision: number) => Promise<void>;
}

/** How often progress is recorded; it is also the sign of life that the master's sweep looks for. */
const pulseMs = 1000;

/** Records progress once a second until `signal` is aborted, and stops the run when something says so. */
export async function keepPulse(run: TaskRun, parts: PulseParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await parts.clock.sleep(pulseMs, { signal }).catch(() => {});
    if (signal.aborted) return;
    if (!run.hold.isFresh()) run.stop("stale");
    const { source, target } = run.work.paths;
    source.inUse();
    target.inUse();
    if (source.isDown() || target.isDown()) run.stop("path");
    try {
      await recordProgress(run, parts);
    } catch (error) {
      parts.log.warn({ ...run.pointer, err: error }, "progress could not be recorded; trying again");
    }
  }
}

/** One report of progress; obeys what the ledger answers, and passes it on. */
export async function recordProgress(
  run: TaskRun,
  { ledger, reopen }: PulseParts,
): Promise<"refused" | "running" | "paused" | "cancelling"> {
  const sent = [...run.book.unrecorded()];
  const answer = await ledger.progress(run.taken.task, sent);
  if (answer.answer === "refused") {
    run.stop("lost");
    return "refused";
  }
  run.book.recorded(sent, answer.standing);
  if (answer.jobState === "paused") run.stop("pause");
  if (answer.jobState === "cancelling") run.stop("cancel");
  if (answer.revision > run.work.revision) await reopen(run, answer.revision);
  return answer.jobState;
}
