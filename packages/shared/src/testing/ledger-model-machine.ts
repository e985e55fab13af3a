import assert from "node:assert/strict";
import type { FaultCode } from "../domain/fault-codes.ts";
import { emptyTally, type Outcome, tallied } from "../domain/outcome.ts";
import type { PlannedTask, TaskPointer } from "../domain/task.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { PlanStep } from "../ports/plan-ledger.ts";
import { copiedOutcome, someObject } from "./builders.ts";
import type { Action, Rewind } from "./ledger-model.ts";
import {
  addBatches,
  assertAgree,
  commitAnswer,
  count,
  dropTask,
  holds,
  type Model,
  modelLimits,
  newModel,
  putBack,
  watch,
} from "./ledger-model-state.ts";
import { largeBytes, recordedParts, spreadSteps } from "./ledger-model-spread.ts";
import {
  failedOutcome,
  failuresOf,
  type HeldAnswer,
  newId,
  plannedTask,
  skippedOutcome,
  submit,
  writtenOf,
} from "./ledger-steps.ts";
import type { ManualClock } from "./manual-clock.ts";

/** What can happen, and how often compared with the others. */
export const actions = [
  { name: "plan", weight: 5 },
  { name: "planAgain", weight: 1 },
  { name: "split", weight: 1 },
  { name: "finish", weight: 1 },
  { name: "dispatch", weight: 6 },
  { name: "dispatchAndCrash", weight: 1 },
  { name: "deliver", weight: 10 },
  { name: "progress", weight: 5 },
  { name: "progressUnheard", weight: 2 },
  { name: "commit", weight: 9 },
  { name: "commitPart", weight: 1 },
  { name: "spread", weight: 6 },
  { name: "recordParts", weight: 2 },
  { name: "commitGroup", weight: 6 },
  { name: "endGeneration", weight: 1 },
  { name: "handBack", weight: 3 },
  { name: "sweep", weight: 3 },
  { name: "retry", weight: 2 },
  { name: "compact", weight: 1 },
  { name: "pause", weight: 1 },
  { name: "resume", weight: 3 },
  { name: "cancel", weight: 1 },
  { name: "dropBacklog", weight: 1 },
  { name: "beginSettling", weight: 2 },
  { name: "recheck", weight: 1 },
  { name: "index", weight: 1 },
  { name: "journalDropped", weight: 1 },
  { name: "end", weight: 2 },
  { name: "save", weight: 2 },
  { name: "fallBack", weight: 1 },
] as const;
export type ActionName = (typeof actions)[number]["name"];

/** A worker with a task in its hands, given up or not; `known` is what it knows of the record. */
export interface Grip {
  readonly held: HeldAnswer;
  readonly known: Map<number, Outcome>;
}

export interface Machine {
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly jobId: string;
  model: Model;
  /** What the model was when the ledger was saved. */
  saved: Model | undefined;
  readonly rewind: Rewind | undefined;
  readonly queue: TaskPointer[];
  readonly grips: Grip[];
  lastPlan: PlanStep | undefined;
  keys: number;
  act(action: Action): Promise<void>;
}

const codes: readonly FaultCode[] = ["SOURCE_ARCHIVED", "TARGET_REFUSED", "SOURCE_OBJECT_MISSING"];
export const staleMs = 1000;

export async function createMachine(ledger: Ledger, clock: ManualClock, rewind: Rewind | undefined): Promise<Machine> {
  const jobId = await submit(ledger, { failureLimits: modelLimits });
  const machine: Machine = {
    ledger,
    clock,
    jobId,
    model: newModel(),
    saved: undefined,
    rewind,
    queue: [],
    grips: [],
    lastPlan: undefined,
    keys: 0,
    async act(action) {
      clock.advance(10);
      await steps[action.name](machine, action);
      await assertAgree(ledger, jobId, machine.model);
    },
  };
  return machine;
}

type Step = (machine: Machine, action: Action) => Promise<void>;

const steps: Readonly<Record<ActionName, Step>> = {
  ...spreadSteps,

  plan: async (machine, { a, b }) => {
    const { ledger, jobId, model } = machine;
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const tasks = Array.from({ length: a % 4 }, (): PlannedTask => {
      machine.keys += 1;
      const prefix = `${shard.id}/${String(machine.keys).padStart(4, "0")}/`;
      if ((b >> 3) % 2 === 0) return plannedTask(1 + ((a >> 3) % 4), prefix);
      const objects = [someObject({ key: `${prefix}large`, sizeBytes: largeBytes })];
      return { taskId: newId(), manifest: { kind: "copy-batch", objects } };
    });
    // One in eight listers does not know the last step on its shard.
    const version = shard.version - (b % 8 === 0 ? 1 : 0);
    const step = { jobId, shardId: shard.id, version, planId: newId(), cursor: `${machine.keys}`, tasks };
    const answer = await ledger.plans.plan(step);
    const may = model.state === "running";
    const right = version === shard.version;
    assert.equal(answer, may ? (right ? "planned" : "refused") : "not-now");
    if (answer !== "planned") return;
    machine.lastPlan = step;
    for (const { taskId, manifest } of tasks) {
      const fresh = { run: 0, starts: 0, held: undefined, place: "backlog", signMs: 0, stage: "batch" } as const;
      model.open.set(taskId, { ...fresh, taskId, objects: manifest.objects, rows: new Map() });
      model.listed += manifest.objects.length;
    }
  },

  planAgain: async ({ ledger, model, lastPlan }) => {
    if (lastPlan === undefined) return;
    const answer = await ledger.plans.plan(lastPlan);
    // Another plan on the same shard has come since: then the old one is refused, never planned a second time.
    if (model.state === "running") assert.notEqual(answer, "not-now");
  },

  split: async ({ ledger, jobId, model }, { a, b }) => {
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const step = { jobId, shardId: shard.id, version: shard.version, at: `m${a}`, newShardId: newId() };
    const answer = await ledger.plans.split(step);
    assert.equal(answer, model.state === "running" ? "planned" : "not-now");
    if (answer === "planned") assert.equal(await ledger.plans.split(step), "planned");
  },

  finish: async ({ ledger, jobId, model }, { b }) => {
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const step = { jobId, shardId: shard.id, version: shard.version };
    assert.equal(await ledger.plans.finish(step), model.state === "running" ? "planned" : "not-now");
    if (model.state !== "running") return;
    assert.equal(await ledger.plans.finish(step), "planned");
    if ((await ledger.plans.shards(jobId)).length === 0) model.listing = "finished";
  },

  dispatch: async (machine, { a }) => {
    machine.queue.push(...(await dispatch(machine, 1 + (a % 3))));
  },

  dispatchAndCrash: async (machine, { a }) => {
    await dispatch(machine, 1 + (a % 3));
  },

  deliver: async (machine, { a, b }) => {
    const place = a % Math.max(1, machine.queue.length);
    const pointer = machine.queue[place];
    if (pointer === undefined) return;
    // One in three is delivered again later, as after a lost lock.
    if (b % 3 !== 0) machine.queue.splice(place, 1);
    await deliver(machine, pointer);
  },

  progress: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await progress(machine, grip, b);
  },

  progressUnheard: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await progress(machine, { ...grip, known: new Map(grip.known) }, b);
  },

  commit: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip === undefined) return;
    await commit(machine, grip, b);
    // One in four sends it again; one in eight keeps the task in its hands and comes back with it.
    if (b % 4 === 0) await commit(machine, grip, b);
    if (b % 8 !== 1) machine.grips.splice(machine.grips.indexOf(grip), 1);
  },

  commitPart: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await commitOnce(machine, grip, outcomesFor(grip, b).slice(1));
  },

  handBack: async ({ ledger, model, grips }, { a }) => {
    const grip = grips[a % Math.max(1, grips.length)];
    if (grip === undefined) return;
    const task = holds(model, grip.held.task);
    assert.equal(await ledger.tasks.handBack(grip.held.task), task === undefined ? "refused" : "handed-back");
    assert.equal(await ledger.tasks.handBack(grip.held.task), "refused");
    if (task === undefined) return;
    if (model.state === "cancelling") {
      dropTask(model, task);
      return;
    }
    task.starts -= 1;
    putBack(task);
  },

  sweep: async (machine, { a, b }) => {
    machine.clock.advance((a % 3) * staleMs);
    machine.queue.push(...(await sweep(machine, 1 + (b % 4))));
  },

  retry: async ({ ledger, jobId, model }, { a, b }) => {
    const wanted = b % 2 === 0 ? [] : [codes[a % codes.length] ?? "INTERNAL"];
    const answer = await ledger.failures.retry(jobId, wanted);
    if (model.state === "cancelling" || model.state === "settling" || model.state === "cancelled") {
      assert.deepEqual(answer, { answer: "refused" });
      return;
    }
    let objects = 0;
    const meant = [...model.failures].filter(([, { code }]) => wanted.length === 0 || wanted.includes(code));
    for (const [taskId, batch] of meant) {
      model.failures.delete(taskId);
      objects += batch.objects.length;
      model.failed -= batch.tasks;
      for (const { key } of batch.objects) model.fates.delete(key);
      const fresh = { run: 0, starts: 0, held: undefined, place: "backlog", signMs: 0, stage: "batch" } as const;
      model.open.set(taskId, { ...fresh, taskId, objects: batch.objects, rows: new Map() });
    }
    model.tally = { ...model.tally, failedObjects: model.tally.failedObjects - objects };
    model.breaker = { objects: 0, failed: 0, bytes: 0 };
    if (model.state === "completed" && meant.length > 0) model.state = "running";
    assert.deepEqual(answer, { answer: "retried", objects, tasks: meant.length });
  },

  compact: async ({ ledger, jobId, model }, { a, b }) => {
    const limits = { objectCountLimit: 1 + (b % 8), objectSizeLimit: largeBytes, spreadThreshold: largeBytes };
    const merged = await ledger.failures.compact(jobId, { atLeast: 1 + (a % 4), limits, newId });
    if (model.state !== "running" && model.state !== "paused") assert.deepEqual(merged, []);
    for (const { id, replaced } of merged) {
      const batches = replaced.map((one) => model.failures.get(one) ?? assert.fail(`${one} is no batch`));
      for (const one of replaced) model.failures.delete(one);
      const [code = "INTERNAL", ...others] = new Set(batches.map((batch) => batch.code));
      assert.deepEqual(others, [], "only batches of one code are put together");
      const objects = batches.flatMap((batch) => batch.objects);
      assert.ok(objects.length <= limits.objectCountLimit);
      model.failures.set(id, { code, objects, tasks: batches.reduce((sum, { tasks }) => sum + tasks, 0) });
    }
  },

  pause: async ({ ledger, jobId, model }) => {
    const answer = await ledger.jobs.change(jobId, { change: "pause", reason: null });
    assert.equal(answer, model.state === "running" ? "changed" : model.state === "paused" ? "unchanged" : "refused");
    if (model.state === "running") model.state = "paused";
  },

  resume: async ({ ledger, jobId, model }) => {
    const answer = await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
    assert.equal(answer, model.state === "paused" ? "changed" : model.state === "running" ? "unchanged" : "refused");
    if (model.state !== "paused") return;
    model.state = "running";
    model.breaker = { objects: 0, failed: 0, bytes: 0 };
  },

  cancel: async ({ ledger, jobId, model }, { b }) => {
    // Most schedules shall not end so early.
    if (b % 4 !== 0) return;
    await ledger.jobs.change(jobId, { change: "cancel" });
    if (model.state === "running" || model.state === "paused") model.state = "cancelling";
  },

  dropBacklog: async ({ ledger, jobId, model }) => {
    const pending = [...model.open.values()].filter(({ place }) => place === "backlog");
    const left = await ledger.dispatch.dropBacklog(jobId, 1000);
    assert.equal(left, model.state === "cancelling" ? 0 : pending.length);
    if (model.state === "cancelling") for (const task of pending) dropTask(model, task);
  },

  beginSettling: async ({ ledger, jobId, model }) => {
    const answer = await ledger.settling.beginSettling(jobId);
    const done = model.open.size === 0 && (model.listing === "finished" || model.state === "cancelling");
    const may = model.state === "settling" || (done && (model.state === "running" || model.state === "cancelling"));
    assert.equal(answer, may);
    if (!may || model.state === "settling") return;
    model.cancelled = model.state === "cancelling";
    model.state = "settling";
  },

  recheck: async (machine, { a }) => {
    await recheck(machine, a);
  },

  index: async ({ ledger, jobId, model }, { a }) => {
    const names = await ledger.settling.journalParts(jobId, 1 + (a % 3));
    assert.deepEqual(names, model.parts.slice(0, names.length));
    await ledger.settling.journalIndexed(jobId, names);
    await ledger.settling.journalIndexed(jobId, names);
    model.parts.splice(0, names.length);
  },

  journalDropped: async ({ ledger, jobId, model }) => {
    const tasks = await ledger.dropped.list(jobId, 1000);
    const said = tasks.map(({ taskId, outcomes }) => [taskId, outcomes.map(({ key }) => key).toSorted()] as const);
    assert.deepEqual(new Map(said), model.dropped);
    for (const { taskId } of tasks) {
      const part = `dropped-${taskId}`;
      await ledger.dropped.journaled(jobId, taskId, part);
      await ledger.dropped.journaled(jobId, taskId, part);
      model.parts.push(part);
      model.dropped.delete(taskId);
    }
  },

  end: async ({ ledger, jobId, model }) => {
    await ledger.settling.end(jobId, null);
    if (model.state !== "settling" || model.recheck.size + model.dropped.size + model.parts.length > 0) return;
    model.state = model.cancelled ? "cancelled" : "completed";
  },

  save: async (machine) => {
    await machine.rewind?.save();
    machine.saved = structuredClone(machine.model);
  },

  // Workers and queue live on and know of a future that is no more.
  fallBack: async (machine) => {
    if (machine.saved === undefined || machine.rewind === undefined) return;
    await machine.rewind.fallBack();
    machine.model = structuredClone(machine.saved);
    machine.lastPlan = undefined;
  },
};

function gripOf({ grips }: Machine, a: number): Grip | undefined {
  return grips[a % Math.max(1, grips.length)];
}

async function dispatch({ ledger, jobId, model, clock }: Machine, limit: number): Promise<readonly TaskPointer[]> {
  const pointers = await ledger.dispatch.dispatch(jobId, limit);
  const pending = [...model.open.values()].filter(({ place }) => place === "backlog").length;
  assert.equal(pointers.length, model.state === "running" ? Math.min(limit, pending) : 0);
  for (const { taskId, run } of pointers) {
    const task = model.open.get(taskId) ?? assert.fail(`${taskId} is dispatched and not open`);
    assert.equal(task.place, "backlog");
    task.place = "dispatched";
    task.run += 1;
    task.signMs = clock.now();
    assert.equal(run, task.run);
  }
  return pointers;
}

export async function deliver(machine: Machine, pointer: TaskPointer): Promise<Grip | undefined> {
  const { ledger, model, grips, clock } = machine;
  const task = model.open.get(pointer.taskId);
  const current = task?.run === pointer.run && task.place === "dispatched";
  const taken = await ledger.tasks.take(pointer, "worker");
  if (task === undefined || !current) {
    assert.deepEqual(taken, { answer: "gone" });
    return undefined;
  }
  if (model.state === "paused") {
    assert.deepEqual(taken, { answer: "not-now" });
    putBack(task);
    return undefined;
  }
  if (model.state !== "running") {
    assert.deepEqual(taken, { answer: "gone" });
    if (task.held === undefined) dropTask(model, task);
    return undefined;
  }
  task.starts += 1;
  task.held = task.starts;
  task.signMs = clock.now();
  assert.ok(taken.answer === "held", `take answers ${taken.answer}`);
  assert.deepEqual(taken.task, { jobId: machine.jobId, taskId: task.taskId, run: task.run, start: task.starts });
  assert.deepEqual(taken.progress.toSorted(byIndex), [...task.rows.values()].toSorted(byIndex));
  assert.deepEqual(
    taken.manifest.objects.map(({ key }) => key),
    task.objects.map(({ key }) => key),
  );
  assert.deepEqual(
    taken.parts.map(({ partNumber }) => partNumber),
    recordedParts(model, task),
  );
  const kinds = { batch: "copy-batch", parts: "copy-parts", complete: "complete-upload" } as const;
  assert.equal(taken.manifest.kind, kinds[task.stage]);
  const grip = { held: taken, known: new Map(taken.progress.map((outcome) => [outcome.index, outcome])) };
  grips.push(grip);
  return grip;
}

/** What this worker finds: others may find otherwise, so that it shows whose outcome stands. */
function outcomesFor({ held, known }: Grip, chance: number): readonly Outcome[] {
  if (held.manifest.kind === "copy-parts") return [];
  return held.manifest.objects.flatMap((object, index) => {
    if (known.has(index)) return [];
    const draw = (chance >> (index * 2)) % 7;
    if (draw < 4) return [copiedOutcome(object, index)];
    if (draw === 4) return [skippedOutcome(object, index)];
    return [failedOutcome(object, index, codes[(chance + index) % codes.length] ?? "INTERNAL")];
  });
}

async function progress({ ledger, model, clock }: Machine, grip: Grip, chance: number): Promise<void> {
  const outcomes = outcomesFor(grip, chance).filter((_, place) => (chance >> place) % 2 === 0);
  const task = holds(model, grip.held.task);
  const answer = await ledger.tasks.progress(grip.held.task, outcomes);
  if (task === undefined) {
    assert.deepEqual(answer, { answer: "refused" });
    return;
  }
  assert.ok(answer.answer === "recorded");
  assert.equal(answer.jobState, model.state);
  const standing = outcomes.flatMap(({ index }) => task.rows.get(index) ?? []);
  assert.deepEqual(answer.standing.toSorted(byIndex), standing.toSorted(byIndex));
  task.signMs = clock.now();
  for (const outcome of outcomes) {
    if (!task.rows.has(outcome.index)) task.rows.set(outcome.index, outcome);
    grip.known.set(outcome.index, task.rows.get(outcome.index) ?? outcome);
  }
}

/** Commits as a worker does: told that it is behind, it adopts what stands and commits again. */
export async function commit(machine: Machine, grip: Grip, chance: number): Promise<void> {
  const answer = await commitOnce(machine, grip, outcomesFor(grip, chance));
  if (answer === "behind") {
    const second = await commitOnce(machine, grip, outcomesFor(grip, chance));
    assert.notEqual(second, "behind", "who has adopted what stands is not behind");
  }
}

async function commitOnce(machine: Machine, grip: Grip, outcomes: readonly Outcome[]): Promise<string> {
  const { ledger, model } = machine;
  const { held, known } = grip;
  const part = `part-${newId()}`;
  const offered = {
    outcomes,
    tally: outcomes.reduce(tallied, emptyTally),
    failures: failuresOf(held, [...known.values(), ...outcomes]).map((batch) => ({ ...batch, retryTaskId: newId() })),
    journalPart: part,
    written: held.task.start > 1 ? writtenOf(held) : [],
  };
  const task = holds(model, held.task);
  const expected = commitAnswer(model, held.task, offered);
  const answer = await ledger.tasks.commit(held.task, offered);
  assert.equal(answer.answer, expected);
  if (answer.answer === "behind") for (const outcome of answer.standing) known.set(outcome.index, outcome);
  if (answer.answer !== "counted" || task === undefined) return answer.answer;
  const all = [...task.rows.values(), ...outcomes];
  const { failedObjects } = count(model, task, all);
  addBatches(
    model,
    offered.failures.map(({ retryTaskId: id, code, objects }) => ({ id, code, objects })),
  );
  if (failedObjects > 0) model.failed += 1;
  else if (all.length === task.objects.length) model.succeeded += 1;
  if (offered.written.length > 0) model.recheck.set(task.taskId, failedObjects === 0);
  model.parts.push(part);
  if (failedObjects > 0) watch(model);
  return "counted";
}

export async function sweep({ ledger, jobId, model, clock }: Machine, limit: number): Promise<readonly TaskPointer[]> {
  const due = [...model.open.values()]
    .filter(({ place, signMs }) => place === "dispatched" && signMs <= clock.now() - staleMs)
    .toSorted((a, b) => a.signMs - b.signMs);
  // Which of a cancelled job's tasks a small sweep drops is the ledger's choice, so let it be all of them.
  const pointers = await ledger.dispatch.stale(jobId, staleMs, model.state === "cancelling" ? 1000 : limit);
  if (model.state === "cancelling") {
    assert.deepEqual(pointers, []);
    for (const task of due) dropTask(model, task);
    return [];
  }
  const swept = model.state === "running" || model.state === "paused";
  assert.equal(pointers.length, swept ? Math.min(limit, due.length) : 0);
  for (const { taskId, run } of pointers) {
    const task = due.find((one) => one.taskId === taskId) ?? assert.fail(`${taskId} was not due`);
    assert.equal(run, task.run);
    task.signMs = clock.now();
  }
  return pointers;
}

export async function recheck({ ledger, jobId, model }: Machine, chance: number): Promise<void> {
  const [entry] = await ledger.settling.toRecheck(jobId, 1);
  assert.equal(entry !== undefined, model.recheck.size > 0);
  if (entry === undefined) return;
  const copied = entry.written.filter(({ source }) => model.fates.get(source.key) === "copied");
  const late = copied.filter((_, place) => (chance >> place) % 3 === 0).map(({ source }) => source);
  const objects = late.map((source) => ({ ...source, message: "late", attempts: 1, atMs: 1 }));
  const batches = late.length === 0 ? [] : [{ code: "LATE_WRITE" as const, retryTaskId: newId(), objects }];
  const clean = model.recheck.get(entry.taskId) ?? assert.fail("nothing else is looked at again");
  await ledger.settling.rechecked(jobId, entry.taskId, batches);
  await ledger.settling.rechecked(jobId, entry.taskId, batches);
  if (model.state === "completed" || model.state === "cancelled") return;
  model.recheck.delete(entry.taskId);
  for (const { key, sizeBytes } of late) {
    model.fates.set(key, "failed");
    model.tally = {
      ...model.tally,
      copiedObjects: model.tally.copiedObjects - 1,
      copiedBytes: model.tally.copiedBytes - sizeBytes,
      failedObjects: model.tally.failedObjects + 1,
    };
  }
  for (const { code, retryTaskId } of batches)
    model.failures.set(retryTaskId, { code, objects: late, tasks: clean ? 1 : 0 });
  if (clean && late.length > 0) {
    model.succeeded -= 1;
    model.failed += 1;
  }
}

function byIndex(a: Outcome, b: Outcome): number {
  return a.index - b.index;
}
