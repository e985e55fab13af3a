import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import { restartsOf } from "@causeway/shared/domain/task.ts";
import { targetKey } from "@causeway/shared/domain/target-key.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Persist } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Feeder } from "./feeder.ts";
import type { MigrateObject } from "./migrate-object.ts";
import { failed, newTrail } from "./outcomes.ts";
import { type BeginParts, createBeginUpload } from "./spread/begin-upload.ts";
import { type TargetView, blindView, openTargetView } from "./target-view.ts";
import type { TaskRun } from "./task-run.ts";

export interface BatchParts extends BeginParts {
  readonly migrateObject: MigrateObject;
  readonly persist: Persist;
  /** Objects up to here share the small lane. */
  readonly bufferBytes: number;
  readonly feeder: Feeder;
  readonly largeAtOnce: number;
  readonly totals: Totals;
}

/** What this process has settled since it started. */
export interface Totals {
  objects: number;
  /** Copied ones. */
  bytes: number;
}

/** So many workers may die over one object. */
const mostCrashes = 2;

/** Copies what the run's manifest still lacks an outcome for; returns early once the run is stopped. */
export async function copyBatch(run: TaskRun, how: "beside" | "alone", parts: BatchParts): Promise<void> {
  const { objects } = run.taken.manifest;
  giveUpDeadly(run, parts.clock);
  const small: number[] = [];
  const large: number[] = [];
  objects.forEach((object, index) => {
    if (!run.book.has(index)) (object.sizeBytes <= parts.bufferBytes ? small : large).push(index);
  });
  if (small.length + large.length === 0) return;
  const batch = await openBatch(run, [...small, ...large], parts);
  const step: Step = {
    // No async function: that would make a promise more for each small object.
    migrate(index, signal) {
      const object = objects[index];
      if (object === undefined) return Promise.reject(new Error(`the manifest has no object ${index}`));
      return parts.migrateObject(object, index, signal === batch.signal ? batch : { ...batch, signal });
    },
    settle(outcome) {
      parts.totals.objects += 1;
      if (outcome.state === "copied") parts.totals.bytes += outcome.sizeBytes;
      run.book.record(outcome);
    },
  };
  if (how === "alone") {
    const oneByOne = [...small, ...large].sort((a, b) => a - b);
    await lane(oneByOne.values(), run, {
      ...step,
      migrate: async (index, signal) => {
        await parts.ledger.suspect(run.taken.task, index);
        return step.migrate(index, signal);
      },
    });
    return;
  }
  await Promise.all([feed(small, run, step, parts.feeder), ...lanes(large, parts.largeAtOnce, run, step)]);
}

/** What is done with each object of the batch. */
interface Step {
  readonly migrate: (index: number, signal: AbortSignal) => Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
}

async function feed(indexes: readonly number[], run: TaskRun, step: Step, feeder: Feeder): Promise<void> {
  const { signal } = run;
  try {
    await feeder.feed({
      jobId: run.pointer.jobId,
      indexes: indexes.values(),
      copy: (index) => step.migrate(index, signal).then(step.settle),
      isOver: () => run.stopped() !== undefined,
    });
  } catch (thrown) {
    // A run that is left needs no outcome for what was under way.
    if (!signal.aborted) throw thrown;
  }
}

function lanes(indexes: readonly number[], most: number, run: TaskRun, step: Step): Promise<void>[] {
  const queue = indexes.values();
  return Array.from({ length: Math.min(most, indexes.length) }, () => lane(queue, run, step));
}

/** Takes one object after the other from a queue that several lanes may share. */
async function lane(queue: Iterator<number>, run: TaskRun, step: Step): Promise<void> {
  // A signal of its own: Node looks through all listeners of a signal whenever one is added. Not one of AbortSignal.any,
  // which looks at its sources each time it is asked whether it is aborted.
  const own = new AbortController();
  const { signal } = own;
  const follow = (): void => own.abort(run.signal.reason);
  run.signal.addEventListener("abort", follow, { once: true });
  if (run.signal.aborted) follow();
  try {
    for (let next = queue.next(); next.done !== true && run.stopped() === undefined; next = queue.next()) {
      step.settle(await step.migrate(next.value, signal));
    }
  } catch (thrown) {
    // A run that is left needs no outcome for what was under way.
    if (!run.signal.aborted) throw thrown;
  } finally {
    run.signal.removeEventListener("abort", follow);
  }
}

/** Objects that workers died over, again and again, fail before they take another one along. */
function giveUpDeadly({ taken, book }: TaskRun, clock: Clock): void {
  for (const [index, crashes] of taken.crashes) {
    const object = taken.manifest.objects[index];
    if (object === undefined || crashes < mostCrashes || book.has(index)) continue;
    const fault = new Fault("WORKER_LOST", "permanent", {
      said: `${crashes} workers died while they worked on it alone`,
    });
    book.record(failed(newTrail(object, index), fault, clock.now()));
  }
}

async function openBatch(run: TaskRun, indexes: readonly number[], parts: BatchParts): Promise<Batch> {
  const { manifest } = run.taken;
  return {
    work: () => run.work,
    view: await viewOf(run, indexes, parts),
    copyObject: manifest.objects.length === 1 ? createBeginUpload(run, parts) : undefined,
    restarts: restartsOf(manifest),
    isOpen: () => parts.ledger.isOpen(run.taken.task),
    pathDown: () => run.stop("path"),
    signal: run.signal,
  };
}

async function viewOf(run: TaskRun, indexes: readonly number[], { persist }: BatchParts): Promise<TargetView> {
  const { work, signal, taken } = run;
  const { rules, paths, spec } = work;
  // What a first start finds there it overwrites anyhow; later ones ask for the mark of what was written before.
  if (rules.decision.overwrite === "always" && taken.task.start === 1) return blindView;
  const keys = indexes
    .map((index) => targetKey(taken.manifest.objects[index]?.key ?? "", rules.key))
    .filter((key) => typeof key === "string");
  const request = { target: () => run.work.target, targetPrefix: spec.target.prefix, rule: rules.decision, keys };
  try {
    const how = { paths: { source: undefined, target: paths.target }, signal };
    return await persist(() => openTargetView(request, { signal }), how);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Fault)) throw thrown;
    if (thrown.kind === "path") {
      run.stop("path");
      signal.throwIfAborted();
    }
    // Whoever may not list may still HEAD and PUT; if not, each object says so itself.
    return openTargetView({ ...request, keys: [] }, { signal });
  }
}
