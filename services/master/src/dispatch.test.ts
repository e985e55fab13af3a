import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import type { WorkerRecord } from "@causeway/shared/ports/worker-registry.ts";
import { createRig, noMeter, newId, numberedKeys, quiet, type Rig, sourceOf } from "../test/rig.ts";
import { createDispatcher } from "./dispatch.ts";
import { createSweeper } from "./sweep.ts";

function dispatcherOf(rig: Rig, obstacle?: string) {
  const dispatch = createDispatcher({
    ledger: rig.ledger.dispatch,
    jobs: rig.ledger.jobs,
    plans: rig.ledger.plans,
    tasks: rig.tasks,
    shards: rig.shards,
    workers: rig.ledger.workers,
    clock: rig.clock,
    meter: noMeter,
    log: quiet,
    backlogBudgetBytes: 1 << 26,
    obstacle: () => obstacle,
  });
  return async () => await dispatch(await rig.ledger.dispatch.active());
}

function sweeperOf(rig: Rig) {
  return createSweeper({
    ledger: rig.ledger.dispatch,
    jobs: rig.ledger.jobs,
    failures: rig.ledger.failures,
    tasks: rig.tasks,
    clock: rig.clock,
    meter: noMeter,
    log: quiet,
  });
}

/** A job with `count` tasks of one object each, listed to its end. */
async function planned(rig: Rig, name: string, count: number, weight = 1): Promise<string> {
  const { id } = await rig.submit({ name, weight });
  const [shard] = await rig.ledger.plans.shards(id);
  const { objects } = await sourceOf(numberedKeys(count)).listPage(
    { after: undefined, prefix: "", limit: 1000 },
    { signal: new AbortController().signal },
  );
  const tasks = objects.map((object) => ({
    taskId: newId(),
    manifest: { kind: "copy-batch" as const, objects: [object] },
  }));
  const step = { jobId: id, shardId: shard?.id ?? "", version: 1 };
  await rig.ledger.plans.plan({ ...step, planId: newId(), cursor: objects.at(-1)?.key ?? "", tasks });
  await rig.ledger.plans.finish({ ...step, version: 2 });
  return id;
}

function workerWith(taskSlots: number, state: WorkerRecord["state"]): WorkerRecord {
  const rates = { objectsPerSecond: 0, bytesPerSecond: 0, startedAtMs: 0, heartbeatAtMs: 0, tunnel: null };
  return { id: newId(), host: "here", pid: 1, version: "0", taskSlots, tasksRunning: 0, ...rates, state };
}

describe("dispatching", () => {
  test("the queue is kept twice as deep as the slots of the workers that take tasks", async () => {
    const rig = createRig();
    const id = await planned(rig, "job", 100);
    await rig.ledger.workers.beat(workerWith(10, "running"));
    await rig.ledger.workers.beat(workerWith(10, "running"));
    await rig.ledger.workers.beat(workerWith(50, "draining"));
    const dispatch = dispatcherOf(rig);
    assert.equal(await dispatch(), "again");
    assert.equal(await rig.tasks.waiting(), 40);
    assert.equal(await dispatch(), "rest");
    assert.equal((await rig.ledger.jobs.counts(id))?.dispatchedTasks, 40);
  });

  test("workers that come are seen within a second", async () => {
    const clock = createManualClock();
    const rig = createRig({ clock });
    await planned(rig, "job", 100);
    const dispatch = dispatcherOf(rig);
    await dispatch();
    assert.equal(await rig.tasks.waiting(), 8);
    await rig.ledger.workers.beat(workerWith(10, "running"));
    clock.advance(1000);
    await dispatch();
    assert.equal(await rig.tasks.waiting(), 20);
  });

  test("a job that waits for its journal is cancelled at once all the same", async () => {
    const rig = createRig();
    const id = await planned(rig, "job", 10);
    const dispatch = dispatcherOf(rig, "The journal is on another host.");
    await dispatch();
    assert.equal((await rig.ledger.jobs.get(id))?.stateReason?.code, "JOURNAL_FAILED");
    await rig.ledger.jobs.change(id, { change: "cancel" });
    await dispatch();
    assert.equal((await rig.ledger.jobs.counts(id))?.pendingTasks, 0);
  });

  test("jobs share the queue by weight", async () => {
    const rig = createRig();
    const heavy = await planned(rig, "heavy", 100, 3);
    const light = await planned(rig, "light", 100, 1);
    await dispatcherOf(rig)();
    assert.equal((await rig.ledger.jobs.counts(heavy))?.dispatchedTasks, 6);
    assert.equal((await rig.ledger.jobs.counts(light))?.dispatchedTasks, 2);
  });

  test("while something is in the way nothing is handed out", async () => {
    const rig = createRig();
    await planned(rig, "job", 100);
    assert.equal(await dispatcherOf(rig, "the journal is not shared")(), "rest");
    assert.equal(await rig.tasks.waiting(), 0);
  });

  test("a cancelled job's backlog is dropped, its tasks go nowhere", async () => {
    const rig = createRig();
    const id = await planned(rig, "job", 100);
    await rig.ledger.jobs.change(id, { change: "cancel" });
    await dispatcherOf(rig)();
    assert.equal(await rig.tasks.waiting(), 0);
    assert.equal((await rig.ledger.jobs.counts(id))?.pendingTasks, 0);
  });
});

describe("sweeping", () => {
  test("a task that was dispatched and never reached the queue is queued after half a minute, once", async () => {
    const clock = createManualClock();
    const rig = createRig({ clock });
    const id = await planned(rig, "job", 5);
    await rig.ledger.dispatch.dispatch(id, 5);
    const sweep = sweeperOf(rig);
    clock.advance(29_000);
    await sweep();
    assert.equal(await rig.tasks.waiting(), 0);
    clock.advance(1000);
    await sweep();
    await sweep();
    assert.equal(await rig.tasks.waiting(), 5);
  });

  test("a cancelling job's tasks that no worker has are dropped after ten seconds", async () => {
    const clock = createManualClock();
    const rig = createRig({ clock });
    const id = await planned(rig, "job", 5);
    await rig.ledger.dispatch.dispatch(id, 5);
    await rig.ledger.jobs.change(id, { change: "cancel" });
    clock.advance(10_000);
    await sweeperOf(rig)();
    assert.equal(await rig.ledger.settling.beginSettling(id), true);
  });
});
