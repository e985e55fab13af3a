import assert from "node:assert/strict";
import { type FailureFigures, failureLimitReason } from "../../domain/failure-limit.ts";
import type { FaultCode } from "../../domain/fault-codes.ts";
import type { SourceObject } from "../../domain/object.ts";
import { emptyTally, type Outcome, tallied, type Tally } from "../../domain/outcome.ts";
import type { JobState } from "../../domain/state.ts";
import type { HeldTask } from "../../domain/task.ts";
import type { Ledger } from "../../ports/ledger.ts";
import type { Commit } from "../../ports/task-ledger.ts";

export const modelLimits = { share: 0.7, afterObjects: 20, objects: 30 } as const;

/** What objects fail with. */
export const modelCodes: readonly FaultCode[] = ["SOURCE_ARCHIVED", "TARGET_REFUSED", "SOURCE_OBJECT_MISSING"];

export interface ModelTask {
  readonly taskId: string;
  readonly objects: readonly SourceObject[];
  run: number;
  starts: number;
  held: number | undefined;
  place: "backlog" | "dispatched" | "waiting";
  stage: "batch" | "parts" | "complete";
  /** A group of a spread object's parts. */
  readonly group?: { readonly parent: string; readonly firstPart: number; readonly lastPart: number };
  signMs: number;
  readonly rows: Map<number, Outcome>;
}

/** How many bytes a ledger keeps for the manifests of these tasks, asked of each, not of the job's figure. */
export type Weigh = (jobId: string, tasks: readonly ModelTask[]) => Promise<number>;

export interface ModelBatch {
  readonly code: FaultCode;
  readonly objects: readonly SourceObject[];
  /** Failed tasks that it stands for. */
  readonly tasks: number;
}

/** What the ledger must know, said as plainly as can be: one object of maps and numbers. */
export interface Model {
  state: JobState;
  cancelled: boolean;
  listing: "going" | "finished";
  listed: number;
  readonly open: Map<string, ModelTask>;
  /** Of each spread object, by its own task: the groups that are open, and the parts on record. */
  readonly spreads: Map<string, { readonly groups: Set<string>; readonly parts: Set<number> }>;
  readonly failures: Map<string, ModelBatch>;
  /** Every key that was planned and what became of it; a key in an open task has none. */
  readonly fates: Map<string, "copied" | "skipped" | "failed">;
  tally: Tally;
  succeeded: number;
  failed: number;
  breaker: FailureFigures;
  /** Tasks to look at again, and whether all of their objects had gone well. */
  readonly recheck: Map<string, boolean>;
  readonly parts: string[];
  /** Keys of what dropped tasks did, by task, until it is journaled. */
  readonly dropped: Map<string, readonly string[]>;
}

export function newModel(): Model {
  return {
    state: "running",
    cancelled: false,
    listing: "going",
    listed: 0,
    open: new Map(),
    spreads: new Map(),
    failures: new Map(),
    fates: new Map(),
    tally: emptyTally,
    succeeded: 0,
    failed: 0,
    breaker: { objects: 0, failed: 0, bytes: 0 },
    recheck: new Map(),
    parts: [],
    dropped: new Map(),
  };
}

/** A task as it is when it gets into the backlog for the first time. */
export function freshTask(taskId: string, objects: readonly SourceObject[]): ModelTask {
  return {
    taskId,
    objects,
    run: 0,
    starts: 0,
    held: undefined,
    place: "backlog",
    stage: "batch",
    signMs: 0,
    rows: new Map(),
  };
}

export function holds(model: Model, { taskId, run, start }: HeldTask): ModelTask | undefined {
  const task = model.open.get(taskId);
  return task?.run === run && task.held === start ? task : undefined;
}

/** What `commit` must answer. */
export function commitAnswer(model: Model, held: HeldTask, commit: Commit): "counted" | "refused" | "behind" {
  const task = holds(model, held);
  if (task === undefined || task.group !== undefined) return "refused";
  if (commit.outcomes.some(({ index }) => task.rows.has(index))) return "behind";
  const covered = task.rows.size + commit.outcomes.length === task.objects.length;
  if (!covered && model.state !== "cancelling") return "refused";
  const failed = [...task.rows.values(), ...commit.outcomes].filter(({ state }) => state === "failed");
  const listed = commit.failures.reduce((sum, { objects }) => sum + objects.length, 0);
  return listed === failed.length ? "counted" : "refused";
}

/** Counts a task's outcomes, each object once, and takes the task out. */
export function count(model: Model, task: ModelTask, outcomes: readonly Outcome[]): Tally {
  let sums = emptyTally;
  for (const outcome of outcomes) {
    assert.equal(model.fates.get(outcome.key), undefined, `${outcome.key} is counted twice`);
    model.fates.set(outcome.key, outcome.state);
    sums = tallied(sums, outcome);
    model.tally = tallied(model.tally, outcome);
  }
  model.open.delete(task.taskId);
  model.spreads.delete(task.taskId);
  model.breaker = {
    objects: model.breaker.objects + outcomes.length,
    failed: model.breaker.failed + sums.failedObjects,
    bytes: 0,
  };
  return sums;
}

export function addBatches(
  model: Model,
  batches: readonly { readonly id: string; readonly code: FaultCode; readonly objects: readonly SourceObject[] }[],
): void {
  for (const [place, { id, code, objects }] of batches.entries()) {
    model.failures.set(id, { code, objects, tasks: place === 0 ? 1 : 0 });
  }
}

export function watch(model: Model): void {
  if (model.state === "running" && failureLimitReason(model.breaker, modelLimits) !== undefined) model.state = "paused";
}

/** A task that nobody holds, of a cancelled job: what its record says counts. */
export function dropTask(model: Model, task: ModelTask): void {
  const siblings = task.group && model.spreads.get(task.group.parent)?.groups;
  siblings?.delete(task.taskId);
  if (task.group !== undefined && siblings?.size === 0) {
    model.open.delete(task.group.parent);
    model.spreads.delete(task.group.parent);
  }
  const outcomes = [...task.rows.values()];
  if (outcomes.length > 0) model.dropped.set(task.taskId, outcomes.map(({ key }) => key).toSorted());
  const { failedObjects } = count(model, task, outcomes);
  const codes = new Set(outcomes.flatMap((outcome) => (outcome.state === "failed" ? [outcome.code] : [])));
  const batches = [...codes].map((code) => {
    const failed = outcomes.filter((outcome) => outcome.state === "failed" && outcome.code === code);
    return { id: `${task.taskId}.${code}`, code, objects: failed.flatMap(({ index }) => task.objects[index] ?? []) };
  });
  addBatches(model, batches);
  if (failedObjects > 0) model.failed += 1;
}

export function putBack(task: ModelTask): void {
  task.place = "backlog";
  task.held = undefined;
}

/** The ledger says of the job what the model says. */
export async function assertAgree(ledger: Ledger, jobId: string, model: Model, weigh: Weigh): Promise<void> {
  const tasks = [...model.open.values()];
  const pending = tasks.filter(({ place }) => place === "backlog");
  const [record, counts, backlogBytes] = await Promise.all([
    ledger.jobs.get(jobId),
    ledger.jobs.counts(jobId),
    weigh(jobId, pending),
  ]);
  const codes = new Map<string, number>();
  for (const { code, objects } of model.failures.values()) codes.set(code, (codes.get(code) ?? 0) + objects.length);
  const said = {
    state: record?.state,
    listed: counts?.listedObjects,
    tally: counts?.tally,
    pending: counts?.pendingTasks,
    dispatched: counts?.dispatchedTasks,
    running: counts?.runningTasks,
    succeeded: counts?.succeededTasks,
    failed: counts?.failedTasks,
    backlogBytes: counts?.backlogBytes,
    codes: { ...counts?.failuresByCode },
    listingFinished: counts?.listingFinished,
  };
  assert.deepEqual(said, {
    state: model.state,
    listed: model.listed,
    tally: model.tally,
    pending: pending.length,
    dispatched: tasks.filter(({ place }) => place === "dispatched").length,
    running: tasks.filter(({ held }) => held !== undefined).length,
    succeeded: model.succeeded,
    failed: model.failed,
    backlogBytes,
    codes: Object.fromEntries(codes),
    listingFinished: model.listing === "finished",
  });
}

export function byIndex(a: Outcome, b: Outcome): number {
  return a.index - b.index;
}
