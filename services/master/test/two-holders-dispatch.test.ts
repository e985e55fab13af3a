import assert from "node:assert/strict";
import { test } from "node:test";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import * as steps from "@causeway/shared/testing/ledger-steps.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createDispatcher } from "../src/dispatch.ts";
import { createSweeper } from "../src/sweep.ts";
import type { Rig } from "./rig.ts";
import { forEachLedger, planned, rigOf, untilRest } from "./two-holders-rig.ts";

await forEachLedger("several holders dispatch and sweep at once", (open) => {
  test("dispatch: each task is queued once, as its first run", async () => {
    const { rig, ledger, holders } = rigOf(open(createSystemClock()));
    const jobId = await planned(rig, 60);
    const dispatchers = holders((parts) => {
      const dispatch = createDispatcher(parts);
      return async () => await dispatch(await parts.ledger.active());
    });
    await Promise.all(dispatchers.map(untilRest));
    const taskIds = ledger.queued.map(({ taskId }) => taskId);
    assert.equal(new Set(taskIds).size, 60);
    assert.equal(taskIds.length, 60, "no task is queued twice");
    assert.ok(ledger.queued.every(({ run }) => run === 1));
    await workTwice(rig, ledger.queued);
    assert.equal((await steps.counts(rig.ledger, jobId)).tally.copiedObjects, 120);
  });

  test("sweep: what is silent is queued again as the same run, and counted once whoever else comes back with it", async () => {
    const clock = createManualClock();
    const { rig, ledger, holders } = rigOf(open(clock), clock);
    const jobId = await planned(rig, 20);
    const pointers = await rig.ledger.dispatch.dispatch(jobId, 20);
    const vanished = await Promise.all(pointers.slice(0, 10).map((pointer) => steps.take(rig.ledger, pointer)));
    clock.advance(31_000);
    await Promise.all(holders((parts) => createSweeper(parts)).map(untilRest));
    assert.deepEqual(new Set(ledger.queued.map(nameOf)), new Set(pointers.map(nameOf)));
    const again = await Promise.all(pointers.map((pointer) => steps.take(rig.ledger, pointer)));
    const late = await Promise.all(vanished.map((held) => commitAll(rig, held)));
    assert.deepEqual(new Set(late), new Set(["refused"]), "those who were given up count nothing");
    await Promise.all([...again, ...again].map((held) => commitAll(rig, held)));
    const { tally, succeededTasks } = await steps.counts(rig.ledger, jobId);
    assert.deepEqual([tally.copiedObjects, succeededTasks], [40, 20]);
  });

  test("sweep: what a cancelled job's silent tasks had done is counted once, and kept for the journal once", async () => {
    const clock = createManualClock();
    const { rig, holders } = rigOf(open(clock), clock);
    const jobId = await planned(rig, 20);
    for (const pointer of await rig.ledger.dispatch.dispatch(jobId, 20)) {
      const held = await steps.take(rig.ledger, pointer);
      await rig.ledger.tasks.progress(held.task, steps.outcomesOf(held).slice(0, 1));
    }
    await rig.ledger.jobs.change(jobId, { change: "cancel" });
    clock.advance(31_000);
    await Promise.all(holders((parts) => createSweeper(parts)).map(untilRest));
    assert.equal((await steps.counts(rig.ledger, jobId)).tally.copiedObjects, 20);
    assert.equal((await rig.ledger.dropped.list(jobId, 1000)).length, 20);
    assert.equal((await rig.ledger.jobs.get(jobId))?.stateReason, null, "neither of them failed");
  });
});

const nameOf = ({ taskId, run }: TaskPointer): string => `${taskId}-${run}`;

async function workTwice(rig: Rig, pointers: readonly TaskPointer[]): Promise<void> {
  await Promise.all([...pointers, ...pointers].map((pointer) => rig.workOn(pointer)));
}

async function commitAll(rig: Rig, held: steps.HeldAnswer): Promise<string> {
  return (await rig.ledger.tasks.commit(held.task, steps.commitOf(held, steps.outcomesOf(held)))).answer;
}
