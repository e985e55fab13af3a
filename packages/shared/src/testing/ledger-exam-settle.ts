import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailedBatch } from "../domain/task.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import {
  commitOf,
  counts,
  finishListing,
  heldTask,
  newId,
  outcomesOf,
  plan,
  plannedTask,
  runAll,
  settle,
  stateOf,
  submit,
  take,
  tallyOf,
  writtenOf,
} from "./ledger-steps.ts";

export function examSettle(open: () => Promise<LedgerSubject>): void {
  describe("settling", () => {
    test("a job settles when its listing is finished and no task is open, and not before", async () => {
      const { ledger, clock } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(1)]);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await finishListing(ledger, jobId);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await runAll(ledger, jobId);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "running");
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      assert.equal(await ledger.jobs.change(jobId, { change: "pause", reason: null }), "refused");
      assert.equal(await ledger.jobs.change(jobId, { change: "cancel" }), "refused");
      clock.advance(77);
      const endedAtMs = clock.now();
      await ledger.settling.end(jobId, null);
      clock.advance(77);
      await ledger.settling.end(jobId, { code: "INTERNAL", message: "late" });
      const record = await ledger.jobs.get(jobId);
      assert.deepEqual([record?.state, record?.stateReason, record?.endedAtMs], ["completed", null, endedAtMs]);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      assert.deepEqual(await ledger.dispatch.active(), []);
    });

    test("a reason ends a job failed, unless it was cancelled", async () => {
      const { ledger } = await open();
      const reason = { code: "INTERNAL", message: "the journal cannot be written" } as const;
      const jobId = await submit(ledger);
      await finishListing(ledger, jobId);
      await ledger.settling.beginSettling(jobId);
      await ledger.settling.end(jobId, reason);
      assert.equal(await stateOf(ledger, jobId), "failed");
      assert.deepEqual((await ledger.jobs.get(jobId))?.stateReason, reason);
      const cancelled = await submit(ledger);
      await ledger.jobs.change(cancelled, { change: "cancel" });
      await ledger.settling.beginSettling(cancelled);
      await ledger.settling.end(cancelled, reason);
      assert.equal(await stateOf(ledger, cancelled), "cancelled");
    });

    test("journal parts are drained in order, and forgetting them twice or late forgets no others", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(1), plannedTask(1, "b/"), plannedTask(1, "c/")]);
      await finishListing(ledger, jobId);
      for (const [at, pointer] of (await ledger.dispatch.dispatch(jobId, 3)).entries()) {
        const held = await take(ledger, pointer);
        await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held), { part: `p${at}` }));
      }
      assert.deepEqual(await ledger.settling.journalParts(jobId, 2), ["p0", "p1"]);
      await ledger.settling.beginSettling(jobId);
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "settling", "a job does not end before its journal is indexed");
      await ledger.settling.journalIndexed(jobId, ["p0", "p1"]);
      await ledger.settling.journalIndexed(jobId, ["p0", "p1"]);
      await ledger.settling.journalIndexed(jobId, ["p1"]);
      await ledger.settling.journalIndexed(jobId, []);
      assert.deepEqual(await ledger.settling.journalParts(jobId, 5), ["p2"]);
      await ledger.settling.journalIndexed(jobId, ["p2"]);
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "completed");
    });

    test("what is looked at again after the job has ended changes nothing, and says so", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 3);
      await ledger.tasks.commit(held.task, { ...commitOf(held, outcomesOf(held)), written: writtenOf(held) });
      await finishListing(ledger, jobId);
      await ledger.settling.beginSettling(jobId);
      await ledger.settling.end(jobId, { code: "TARGET_ACCESS_DENIED", message: "no" });
      assert.equal(await ledger.settling.rechecked(jobId, held.task.taskId, []), "ended");
      assert.equal((await ledger.settling.toRecheck(jobId, 10)).length, 1);
      await ledger.failures.retry(jobId, []);
      await ledger.settling.beginSettling(jobId);
      assert.equal(await ledger.settling.rechecked(jobId, held.task.taskId, []), "done");
      assert.deepEqual(await ledger.settling.toRecheck(jobId, 10), []);
    });

    test("what a task wrote that ran more than once is looked at again, and what was late is failed, once", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 3);
      const commit = { ...commitOf(held, outcomesOf(held)), written: writtenOf(held) };
      await ledger.tasks.commit(held.task, commit);
      await finishListing(ledger, jobId);
      await ledger.settling.beginSettling(jobId);
      const { taskId } = held.task;
      assert.deepEqual(await ledger.settling.toRecheck(jobId, 10), [{ taskId, written: writtenOf(held) }]);
      const [object] = held.manifest.objects;
      assert.ok(object !== undefined);
      const objects = [{ ...object, message: "late", attempts: 1, atMs: 7 }];
      const late: FailedBatch[] = [{ code: "LATE_WRITE", retryTaskId: newId(), objects }];
      await ledger.settling.end(jobId, null);
      assert.equal(await stateOf(ledger, jobId), "settling", "a job does not end before it has looked again");
      await ledger.settling.rechecked(jobId, taskId, late);
      await ledger.settling.rechecked(jobId, taskId, late);
      assert.deepEqual(await ledger.settling.toRecheck(jobId, 10), []);
      const after = await counts(ledger, jobId);
      assert.deepEqual([after.tally.copiedObjects, after.tally.copiedBytes, after.tally.failedObjects], [2, 203, 1]);
      assert.deepEqual([after.succeededTasks, after.failedTasks], [0, 1]);
      assert.deepEqual(after.failuresByCode, { LATE_WRITE: 1 });
      await settle(ledger, jobId);
      assert.deepEqual(await ledger.failures.retry(jobId, ["LATE_WRITE"]), { answer: "retried", objects: 1, tasks: 1 });
      await runAll(ledger, jobId);
      await settle(ledger, jobId);
      const ended = await counts(ledger, jobId);
      assert.deepEqual([tallyOf(ended), ended.succeededTasks, ended.failedTasks], [[3, 0, 0], 1, 0]);
    });
  });
}
