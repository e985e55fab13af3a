import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LedgerSubject } from "./ledger-subject.ts";
import { commitGroup, heldGroups, heldLarge, nextBatch, partsOfGroup, spreadStepOf } from "./ledger-spread-steps.ts";
import {
  commitOf,
  counts,
  dispatchOne,
  failedOutcome,
  finishListing,
  type HeldAnswer,
  outcomesOf,
  settle,
  take,
  tallyOf,
} from "./ledger-steps.ts";

export function examSpread(open: () => Promise<LedgerSubject>): void {
  describe("objects that are spread over the fleet", () => {
    test("spreading notes the upload and plans the groups, while the object's task waits", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldLarge(ledger, 'large "日本" 😀');
      const step = spreadStepOf(held);
      assert.equal(await ledger.spreads.spread(held.task, step), "spread");
      assert.equal(await ledger.spreads.spread(held.task, spreadStepOf(held)), "refused");
      const { targetKey: key, uploadId } = step.complete.spread;
      assert.deepEqual(await ledger.uploads.list(jobId, 10), [{ key, uploadId }]);
      const { pendingTasks, dispatchedTasks, runningTasks, listedObjects } = await counts(ledger, jobId);
      assert.deepEqual([pendingTasks, dispatchedTasks, runningTasks, listedObjects], [3, 0, 0, 1]);
      assert.deepEqual(await ledger.tasks.take({ version: 1, ...held.task }, "w"), { answer: "gone" });
      const answer = await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held)));
      assert.deepEqual(answer, { answer: "refused" });
      const pointers = await ledger.dispatch.dispatch(jobId, 10);
      assert.deepEqual(
        pointers.map(({ taskId }) => taskId),
        step.groups.map(({ taskId }) => taskId),
      );
      for (const [at, pointer] of pointers.entries()) {
        const group = await take(ledger, pointer);
        assert.deepEqual(group.manifest, step.groups[at]?.manifest);
        assert.deepEqual([group.parts, group.progress], [[], []]);
      }
    });

    test("a group's recorded parts are there for who gets it next, and its running bytes show", async () => {
      const { ledger } = await open();
      const { jobId, groups } = await heldGroups(ledger);
      const [, , group] = groups;
      assert.ok(group !== undefined);
      const parts = partsOfGroup(group);
      assert.equal(await ledger.spreads.record(group.task, parts.slice(1)), "recorded");
      assert.equal(await ledger.spreads.record(group.task, parts.slice(2)), "recorded");
      assert.equal(await ledger.spreads.record(group.task, []), "recorded");
      const { running, recent } = await counts(ledger, jobId);
      const shown = running.find(({ taskId }) => taskId === group.task.taskId);
      const { startedAtMs: _, ...figures } = shown ?? assert.fail("it runs");
      const done = { bytesDone: 290, bytesTotal: 390, objectsDone: 0, objectsTotal: 0 };
      assert.deepEqual(figures, { taskId: group.task.taskId, ...done });
      assert.deepEqual([recent.objects, recent.bytes], [0, 290]);
      assert.equal(await ledger.tasks.handBack(group.task), "handed-back");
      assert.equal(await ledger.spreads.record(group.task, parts), "refused");
      const again = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual(again.parts, parts.slice(1));
    });

    test("the last group's commit brings the object's task back with every part, and it alone counts the object", async () => {
      const { ledger } = await open();
      const { jobId, held, step, groups } = await heldGroups(ledger);
      await finishListing(ledger, jobId);
      for (const group of groups.slice(1)) assert.equal(await commitGroup(ledger, group), "counted");
      const [last] = groups;
      assert.ok(last !== undefined);
      assert.equal((await counts(ledger, jobId)).pendingTasks, 0);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      assert.equal(await commitGroup(ledger, last), "counted");
      assert.equal(await commitGroup(ledger, last), "refused");
      const complete = await take(ledger, await dispatchOne(ledger, jobId));
      assert.equal(complete.task.taskId, held.task.taskId);
      assert.deepEqual(complete.manifest, step.complete);
      assert.deepEqual(complete.parts, groups.flatMap(partsOfGroup));
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [0, 0, 0]);
      const commit = commitOf(complete, outcomesOf(complete), { part: "part" });
      assert.deepEqual(await ledger.tasks.commit(complete.task, commit), { answer: "counted" });
      const after = await counts(ledger, jobId);
      assert.deepEqual(tallyOf(after), [1, 0, 0]);
      assert.deepEqual([after.succeededTasks, after.backlogBytes, after.recent.bytes], [4, 0, 1990]);
      await settle(ledger, jobId);
    });

    test("a group that lacks a part is not committed, nor as if it were a batch of objects", async () => {
      const { ledger } = await open();
      const { groups, held } = await heldGroups(ledger);
      const [group, other] = groups;
      assert.ok(group !== undefined && other !== undefined);
      await ledger.spreads.record(group.task, partsOfGroup(group).slice(1));
      await ledger.spreads.record(other.task, partsOfGroup(other));
      assert.equal(await ledger.spreads.commitGroup(group.task, held.task.taskId), "refused");
      assert.equal(await ledger.spreads.commitGroup(other.task, other.task.taskId), "refused");
      assert.deepEqual(await ledger.tasks.commit(other.task, commitOf(other, [])), { answer: "refused" });
      assert.equal(await ledger.spreads.commitGroup(other.task, held.task.taskId), "counted");
    });

    test("the end of a generation takes its groups away wherever they are; late ones change nothing", async () => {
      const { ledger } = await open();
      const { jobId, held, groups } = await heldGroups(ledger);
      const [first, second, third] = groups;
      assert.ok(first !== undefined && second !== undefined && third !== undefined);
      await ledger.spreads.record(second.task, partsOfGroup(second));
      await ledger.tasks.handBack(third.task);
      const end = { objectTaskId: held.task.taskId, next: nextBatch(first), failed: undefined };
      assert.equal(await ledger.spreads.endGeneration(first.task, end), "ended");
      assert.equal(await ledger.spreads.endGeneration(first.task, end), "refused");
      for (const group of [first, second]) {
        assert.equal(await ledger.spreads.record(group.task, partsOfGroup(group)), "refused");
        assert.equal(await ledger.spreads.commitGroup(group.task, held.task.taskId), "refused");
        assert.equal(await ledger.tasks.isOpen(group.task), false);
      }
      const { pendingTasks, dispatchedTasks, runningTasks } = await counts(ledger, jobId);
      assert.deepEqual([pendingTasks, dispatchedTasks, runningTasks], [1, 0, 0]);
      const begin = await take(ledger, await dispatchOne(ledger, jobId));
      assert.equal((await counts(ledger, jobId)).backlogBytes, 0);
      assert.deepEqual(begin.manifest, nextBatch(first));
      assert.deepEqual(begin.parts, []);
      assert.equal(await ledger.spreads.spread(held.task, spreadStepOf(held)), "refused");
      assert.equal(await ledger.spreads.spread(begin.task, spreadStepOf(begin)), "spread");
      assert.equal((await ledger.uploads.list(jobId, 10)).length, 2);
    });

    test("who completes may end the generation too", async () => {
      const subject = await open();
      const { ledger } = subject;
      const { jobId, complete, held } = await heldComplete(subject);
      const end = { objectTaskId: held.task.taskId, next: nextBatch(complete), failed: undefined };
      assert.equal(await ledger.spreads.endGeneration(complete.task, end), "ended");
      const answer = await ledger.tasks.commit(complete.task, commitOf(complete, outcomesOf(complete)));
      assert.deepEqual(answer, { answer: "refused" });
      const begin = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual([begin.manifest, begin.parts], [nextBatch(complete), []]);
      assert.equal(await ledger.spreads.endGeneration(begin.task, end), "refused", "nothing is spread");
    });

    test("an object that has failed for good comes back with its outcome, and its commit counts it", async () => {
      const { ledger } = await open();
      const { jobId, held, groups } = await heldGroups(ledger);
      const [group] = groups;
      const [object] = held.manifest.objects;
      assert.ok(group !== undefined && object !== undefined);
      const failed = failedOutcome(object, 0);
      assert.ok(failed.state === "failed");
      const end = { objectTaskId: held.task.taskId, next: nextBatch(group), failed };
      assert.equal(await ledger.spreads.endGeneration(group.task, end), "ended");
      const back = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual(back.progress, [failed]);
      const commit = commitOf(back, [], { recorded: back.progress });
      assert.deepEqual(await ledger.tasks.commit(back.task, commit), { answer: "counted" });
      const after = await counts(ledger, jobId);
      assert.deepEqual([tallyOf(after), after.failedTasks], [[0, 0, 1], 1]);
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "retried", objects: 1, tasks: 1 });
      const retried = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual(retried.manifest, { kind: "copy-batch", objects: held.manifest.objects });
    });

    test("with the last dropped group of a cancelled job goes the object's task", async () => {
      const { ledger, clock } = await open();
      const { jobId, held, groups } = await heldGroups(ledger);
      const [first, second, third] = groups;
      assert.ok(first !== undefined && second !== undefined && third !== undefined);
      await ledger.tasks.handBack(first.task);
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 10), 0);
      assert.equal(await ledger.tasks.handBack(second.task), "handed-back");
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      clock.advance(5000);
      assert.deepEqual(await ledger.dispatch.stale(jobId, 1000, 10), []);
      assert.equal(await ledger.spreads.spread(held.task, spreadStepOf(held)), "refused");
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      assert.equal((await ledger.uploads.list(jobId, 10)).length, 1);
    });

    test("a cancelled job spreads nothing more, and drops a task that has come back", async () => {
      const { ledger } = await open();
      const fresh = await heldLarge(ledger, "other");
      await ledger.jobs.change(fresh.jobId, { change: "cancel" });
      assert.equal(await ledger.spreads.spread(fresh.held.task, spreadStepOf(fresh.held)), "not-now");
      const { jobId, groups } = await heldGroups(ledger);
      await ledger.jobs.change(jobId, { change: "cancel" });
      for (const group of groups) assert.equal(await commitGroup(ledger, group), "counted");
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 10), 0);
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [0, 0, 0]);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
    });

    test("a paused job's groups may be committed, and the object's task waits for the resume", async () => {
      const { ledger } = await open();
      const { jobId, groups } = await heldGroups(ledger);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      for (const group of groups) assert.equal(await commitGroup(ledger, group), "counted");
      assert.deepEqual(await ledger.dispatch.dispatch(jobId, 1), []);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      assert.equal((await take(ledger, await dispatchOne(ledger, jobId))).manifest.kind, "complete-upload");
    });
  });
}

async function heldComplete({ ledger }: LedgerSubject): Promise<{
  readonly jobId: string;
  readonly held: HeldAnswer;
  readonly complete: HeldAnswer;
}> {
  const { jobId, held, groups } = await heldGroups(ledger);
  for (const group of groups) await commitGroup(ledger, group);
  return { jobId, held, complete: await take(ledger, await dispatchOne(ledger, jobId)) };
}
