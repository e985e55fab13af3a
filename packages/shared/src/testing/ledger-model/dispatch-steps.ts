import assert from "node:assert/strict";
import type { TaskPointer } from "../../domain/task.ts";
import { deliver } from "./deliver.ts";
import { type Machine, staleMs, type Step } from "./machine.ts";
import { dropTask } from "./model.ts";

/** What the dispatcher, the queue and the sweep do. */
export const dispatchSteps = {
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

  sweep: async (machine, { a, b }) => {
    machine.clock.advance((a % 3) * staleMs);
    machine.queue.push(...(await sweep(machine, 1 + (b % 4))));
  },

  dropBacklog: async ({ ledger, jobId, model }) => {
    const pending = [...model.open.values()].filter(({ place }) => place === "backlog");
    const left = await ledger.dispatch.dropBacklog(jobId, 1000);
    assert.equal(left, model.state === "cancelling" ? 0 : pending.length);
    if (model.state === "cancelling") for (const task of pending) dropTask(model, task);
  },
} as const satisfies Record<string, Step>;

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
