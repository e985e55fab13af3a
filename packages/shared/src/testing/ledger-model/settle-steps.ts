import assert from "node:assert/strict";
import { newId } from "../ledger-steps.ts";
import type { Machine, Step } from "./machine.ts";

/** What the settling master does. */
export const settleSteps = {
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
} as const satisfies Record<string, Step>;

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
