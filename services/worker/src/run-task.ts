import { Fault } from "@causeway/shared/domain/fault.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { Handled, Hold } from "@causeway/shared/ports/task-queue.ts";
import type { AloneGate } from "./alone-gate.ts";
import { commitTask, type CommitParts } from "./commit-task.ts";
import { copyTask, type CopyTaskParts } from "./copy-task.ts";
import type { OpenJob } from "./job-context.ts";
import { createCredentialsWatch, pauseRefused, type PauseParts } from "./credentials-watch.ts";
import { awaitPaths, type RecoveryParts } from "./path-recovery.ts";
import { tellTrouble } from "./tell-trouble.ts";
import { type HeldAnswer, type TaskRun, createTaskRun, keepPulse, recordProgress } from "./task-run.ts";
import { tellTask } from "./tell-task.ts";

export type RunTask = (pointer: TaskPointer, hold: Hold) => Promise<Handled>;

export interface RunTaskParts extends CopyTaskParts, CommitParts, RecoveryParts, PauseParts {
  /** This process, as the ledger names the holder of a task. */
  readonly workerId: string;
  readonly gate: AloneGate;
  readonly meter: Meter;
  /** Counts tasks as they come and go. */
  readonly running: Set<TaskPointer>;
}

/** From this start on a task that keeps losing its worker runs alone in its process, object by object. */
const firstLonelyStart = 3;

/** What a worker does with a pointer from the queue: take → objects → commit, or back to the backlog. */
export function createRunTask(parts: RunTaskParts): RunTask {
  return async (pointer, hold) => {
    const leave = await parts.gate.enter("beside", hold.signal);
    parts.running.add(pointer);
    try {
      const taken = await parts.ledger.take(pointer, parts.workerId);
      if (taken.answer !== "held") return "left";
      const lonely = taken.task.start >= firstLonelyStart;
      if (lonely) leave();
      return await runHeld({ pointer, hold, taken, lonely }, parts);
    } catch (thrown) {
      if (!hold.signal.aborted) await tellTrouble(pointer.jobId, thrown, parts);
      throw thrown;
    } finally {
      parts.running.delete(pointer);
      leave();
    }
  };
}

interface Held {
  readonly pointer: TaskPointer;
  readonly hold: Hold;
  readonly taken: HeldAnswer;
  readonly lonely: boolean;
}

async function runHeld(held: Held, parts: RunTaskParts): Promise<Handled> {
  const startedAtMs = parts.clock.monotonicMs();
  const jobs: OpenJob[] = [];
  const open = async (revision: number): Promise<OpenJob> => {
    const job = await parts.jobs.open(held.pointer.jobId, revision);
    jobs.push(job);
    return job;
  };
  const job = await open(held.taken.revision);
  const mayWrite = (): void => run.mayWrite();
  const watch = createCredentialsWatch(() => run.stop("credentials"));
  const run: TaskRun = createTaskRun({ ...held, work: watch.over(job.work(mayWrite)) });
  const reopen = async (_run: TaskRun, revision: number): Promise<void> => {
    run.work = watch.over((await open(revision)).work(mayWrite));
  };
  const onHandBack = (): void => run.stop("drain");
  parts.handBack.addEventListener("abort", onHandBack, { once: true });
  if (parts.handBack.aborted) onHandBack();
  try {
    if (isAnyDown(run.work.paths)) run.stop("path");
    await copyWithPulse(run, held.lonely, { ...parts, reopen });
    await pauseRefused(run, watch, parts);
    return await finish(run, { ...parts, reopen });
  } finally {
    parts.meter.time("migration_task_seconds", {}, (parts.clock.monotonicMs() - startedAtMs) / 1000);
    parts.handBack.removeEventListener("abort", onHandBack);
    run.end();
    for (const opened of jobs) opened.release();
    // However the run ended: a path that nobody probes stays down for ever.
    if (isAnyDown(run.work.paths)) await awaitPaths(run.work.jobId, run.work.revision, parts);
  }
}

function isAnyDown({ source, target }: TaskRun["work"]["paths"]): boolean {
  return source.isDown() || target.isDown();
}

interface PulsingParts extends RunTaskParts {
  readonly reopen: (run: TaskRun, revision: number) => Promise<void>;
}

async function copyWithPulse(run: TaskRun, lonely: boolean, parts: PulsingParts): Promise<void> {
  const pulse = new AbortController();
  const beating = keepPulse(run, parts, pulse.signal);
  try {
    if (!lonely) {
      await copyTask(run, "beside", parts);
      return;
    }
    parts.log.warn({ ...run.pointer, start: run.taken.task.start }, "a task that lost its workers runs alone now");
    const leave = await parts.gate.enter("alone", run.signal);
    await copyTask(run, "alone", parts).finally(leave);
  } catch (thrown) {
    if (!run.signal.aborted) throw thrown;
  } finally {
    pulse.abort();
    await beating;
  }
}

/** Ends the run as its state demands. A task whose last object is done is committed, whatever else was asked. */
async function finish(run: TaskRun, parts: PulsingParts): Promise<Handled> {
  const why = run.stopped();
  const { manifest } = run.taken;
  const isComplete = run.book.all().length === manifest.objects.length;
  if (why === "lost") return "left";
  if (why === "settled") return "done";
  // A group of parts counts no object, so a cancelling job has nothing of it to keep.
  const counts = manifest.kind !== "copy-parts";
  if (counts && (isComplete || why === "cancel" || why === undefined) && (await committed(run, parts))) return "done";
  // What was done before the hold went stale is true; whether we may still say so is for the ledger to decide.
  const jobState = await recordProgress(run, parts);
  if (jobState === "refused") return "left";
  // Handed back, the task would be dropped: its objects would count, and no journal part would tell of them.
  if (counts && jobState === "cancelling" && why !== "cancel" && (await committed(run, parts))) return "done";
  const answer = await parts.ledger.handBack(run.taken.task);
  parts.log.info({ ...run.pointer, why, answer }, "a task was handed back");
  return "left";
}

/** Commits; false: the journal is away. That is no fault of the task, which goes back with what it has. */
async function committed(run: TaskRun, parts: PulsingParts): Promise<boolean> {
  try {
    const answer = await commitTask(run, parts);
    if (answer === "refused") parts.log.info({ ...run.pointer }, "the task was committed or dropped elsewhere");
    if (answer === "counted") tellTask(run, parts);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.kind !== "path") throw thrown;
    parts.log.warn({ ...run.pointer, err: thrown }, "the journal cannot be written: the task goes back");
    await tellTrouble(run.pointer.jobId, thrown, parts);
    return false;
  }
}
