import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LedgerSubject } from "./ledger-subject.ts";
import {
  commitOf,
  counts,
  dispatchOne,
  heldTask,
  newId,
  outcomesOf,
  plan,
  plannedTask,
  submit,
  stateOf,
  take,
  tallyOf,
} from "./ledger-steps.ts";

export function examDispatch(open: () => Promise<LedgerSubject>): void {
  describe("dispatching", () => {
    test("dispatch moves tasks out of the backlog, each once", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const tasks = [plannedTask(1, "a/"), plannedTask(1, "b/"), plannedTask(1, "c/")];
      await plan(ledger, jobId, tasks);
      assert.deepEqual(await ledger.dispatch.dispatch(jobId, 0), []);
      const first = await ledger.dispatch.dispatch(jobId, 2);
      const second = await ledger.dispatch.dispatch(jobId, 2);
      assert.deepEqual([first.length, second.length], [2, 1]);
      assert.deepEqual(
        [...first, ...second].map(({ taskId }) => taskId).sort(),
        tasks.map(({ taskId }) => taskId).sort(),
      );
      for (const pointer of first)
        assert.deepEqual({ ...pointer, taskId: "" }, { version: 1, jobId, taskId: "", run: 1 });
      const { pendingTasks, dispatchedTasks, runningTasks, backlogBytes } = await counts(ledger, jobId);
      assert.deepEqual([pendingTasks, dispatchedTasks, runningTasks, backlogBytes], [0, 3, 0, 0]);
    });

    test("shards give tasks in turn, however often each was planned and whenever it began", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const { id: shardId = "", version = 0 } = (await ledger.plans.shards(jobId))[0] ?? {};
      await ledger.plans.split({ jobId, shardId, version, at: "m", newShardId: "2" });
      const planInto = async (id: string, count: number): Promise<readonly string[]> => {
        const tasks = Array.from({ length: count }, () => plannedTask(1));
        const shard = (await ledger.plans.shards(jobId)).find((one) => one.id === id);
        const step = { jobId, shardId: id, version: shard?.version ?? 0, planId: newId(), cursor: "c", tasks };
        assert.equal(await ledger.plans.plan(step), "planned");
        return tasks.map(({ taskId }) => taskId);
      };
      await planInto(shardId, 4);
      await planInto(shardId, 6);
      assert.equal((await ledger.dispatch.dispatch(jobId, 4)).length, 4);
      const second = new Set([...(await planInto("2", 2)), ...(await planInto("2", 4))]);
      for (let turn = 0; turn < 6; turn += 1) {
        const taken = await ledger.dispatch.dispatch(jobId, 2);
        assert.equal(taken.filter(({ taskId }) => second.has(taskId)).length, 1, `turn ${turn}`);
      }
    });

    test("nothing is dispatched unless the job is running", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(1)]);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.deepEqual(await ledger.dispatch.dispatch(jobId, 5), []);
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.deepEqual(await ledger.dispatch.dispatch(jobId, 5), []);
    });

    test("the sweep answers tasks that gave no sign of life, under their own run, and stamps them anew", async () => {
      const { ledger, clock } = await open();
      const { jobId, pointer, held } = await heldTask(ledger);
      await plan(ledger, jobId, [plannedTask(1, "b/")]);
      clock.advance(1000);
      const lost = await dispatchOne(ledger, jobId);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 2000, 10), []);
      clock.advance(1500);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 2000, 10), [pointer]);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 2000, 10), []);
      clock.advance(1000);
      await ledger.tasks.progress(held.task, []);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 2000, 10), [lost]);
      clock.advance(5000);
      assert.equal((await ledger.dispatch.stale(jobId, 2000, 1)).length, 1);
    });

    test("a cancelled job's backlog is dropped bit by bit, and what its progress records is counted", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 4);
      await ledger.tasks.progress(held.task, outcomesOf(held, secondFails).slice(0, 3));
      await ledger.tasks.handBack(held.task);
      await plan(ledger, jobId, [plannedTask(1, "b/"), plannedTask(1, "c/")]);
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 1), 3);
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 1), 2);
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 10), 0);
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 10), 0);
      const after = await counts(ledger, jobId);
      assert.deepEqual(tallyOf(after), [2, 0, 1]);
      assert.deepEqual([after.pendingTasks, after.backlogBytes, after.failedTasks, after.succeededTasks], [0, 0, 1, 0]);
      assert.deepEqual(after.failuresByCode, { SOURCE_ARCHIVED: 1 });
      const { items } = await ledger.failures.list(jobId, { code: undefined, after: null, limit: 10 });
      const { index: _, ...expected } = { index: 1, ...held.manifest.objects[1] };
      assert.equal(items.length, 1);
      assert.deepEqual({ ...items[0], ...expected }, items[0]);
      assert.deepEqual([items[0]?.code, items[0]?.message], ["SOURCE_ARCHIVED", `no ${items[0]?.key}`]);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "settling", "a job does not end before what was dropped is journaled");
      const [dropped, ...others] = await ledger.dropped.list(jobId, 10);
      assert.deepEqual([dropped?.taskId, others], [held.task.taskId, []]);
      const byIndex = dropped?.outcomes.toSorted((a, b) => a.index - b.index);
      assert.deepEqual(byIndex, outcomesOf(held, secondFails).slice(0, 3));
      await ledger.dropped.journaled(jobId, held.task.taskId, "part");
      await ledger.dropped.journaled(jobId, held.task.taskId, "part of another master");
      assert.deepEqual(await ledger.settling.journalParts(jobId, 10), ["part"]);
      assert.deepEqual(await ledger.dropped.list(jobId, 10), []);
      await ledger.settling.journalIndexed(jobId, ["part"]);
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "cancelled");
    });

    test("the sweep drops a cancelled job's tasks that give no sign of life, and leaves those that do", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 3);
      await plan(ledger, jobId, [plannedTask(3, "b/"), plannedTask(3, "c/")]);
      const dead = await take(ledger, await dispatchOne(ledger, jobId));
      await dispatchOne(ledger, jobId);
      await ledger.tasks.progress(dead.task, outcomesOf(dead).slice(0, 2));
      await ledger.jobs.change(jobId, { change: "cancel" });
      clock.advance(5000);
      await ledger.tasks.progress(held.task, []);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 2000, 10), []);
      assert.equal(await ledger.tasks.isOpen(dead.task), false);
      assert.equal(await ledger.tasks.isOpen(held.task), true);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held).slice(0, 1)));
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [3, 0, 0]);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
    });
  });
}

const secondFails = (index: number) => (index === 1 ? ("SOURCE_ARCHIVED" as const) : undefined);
