import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LedgerSubject } from "./ledger-subject.ts";
import {
  commitOf,
  counts,
  dispatchOne,
  failedOutcome,
  heldTask,
  outcomesOf,
  plan,
  plannedTask,
  skippedOutcome,
  stateOf,
  strangePointer,
  submit,
  take,
  tallyOf,
} from "./ledger-steps.ts";
import { copiedOutcome } from "./builders.ts";

export function examTasks(open: () => Promise<LedgerSubject>): void {
  describe("tasks", () => {
    test("take answers the manifest as it was planned, and counts a start", async () => {
      const { ledger, clock } = await open();
      const jobId = await submit(ledger);
      const task = plannedTask(2, 'a/"日本" 😀\\\n/');
      await plan(ledger, jobId, [task]);
      const pointer = await dispatchOne(ledger, jobId);
      clock.advance(70);
      const held = await take(ledger, pointer);
      assert.deepEqual(held.manifest, task.manifest);
      assert.deepEqual(held.task, { jobId, taskId: task.taskId, run: 1, start: 1 });
      assert.deepEqual([held.progress, held.crashes, held.revision], [[], new Map(), 1]);
      const { runningTasks, dispatchedTasks, running } = await counts(ledger, jobId);
      assert.deepEqual([runningTasks, dispatchedTasks], [1, 1]);
      const { taskId } = task;
      const done = { bytesDone: 0, bytesTotal: 201, objectsDone: 0, objectsTotal: 2 };
      assert.deepEqual(running, [{ taskId, startedAtMs: clock.now(), ...done }]);
    });

    test("a pointer to nothing, to an old run or to a task in the backlog takes nothing", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger);
      assert.deepEqual(await ledger.tasks.take(strangePointer(jobId), "w"), { answer: "gone" });
      assert.deepEqual(await ledger.tasks.take({ ...pointer, jobId: "none" }, "w"), { answer: "gone" });
      assert.equal(await ledger.tasks.handBack(held.task), "handed-back");
      assert.deepEqual(await ledger.tasks.take(pointer, "w"), { answer: "gone" });
      const second = await dispatchOne(ledger, jobId);
      assert.deepEqual(second, { ...pointer, run: 2 });
      assert.deepEqual(await ledger.tasks.take(pointer, "w"), { answer: "gone" });
      assert.equal((await take(ledger, second)).task.start, 1);
    });

    test("a task that is delivered again fences out who had it before", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held: zombie } = await heldTask(ledger);
      const held = await take(ledger, pointer);
      assert.equal(held.task.start, 2);
      assert.deepEqual(await ledger.tasks.progress(zombie.task, outcomesOf(zombie)), { answer: "refused" });
      assert.equal(await ledger.tasks.handBack(zombie.task), "refused");
      assert.equal(await ledger.tasks.isOpen(zombie.task), false);
      const commit = commitOf(zombie, outcomesOf(zombie), { part: "zombie" });
      assert.deepEqual(await ledger.tasks.commit(zombie.task, commit), { answer: "refused" });
      assert.equal(await ledger.tasks.isOpen(held.task), true);
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held))), { answer: "counted" });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [3, 0, 0]);
      assert.deepEqual(await ledger.settling.journalParts(jobId, 10), []);
    });

    test("a commit counts once, however often it comes, and the task is gone", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger, 3);
      const [a, b, c] = held.manifest.objects;
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      const outcomes = [copiedOutcome(a, 0), skippedOutcome(b, 1), failedOutcome(c, 2)];
      const commit = commitOf(held, outcomes, { part: "p1" });
      assert.deepEqual(await ledger.tasks.commit(held.task, commit), { answer: "counted" });
      assert.deepEqual(await ledger.tasks.commit(held.task, commit), { answer: "refused" });
      assert.deepEqual(await ledger.tasks.take(pointer, "w"), { answer: "gone" });
      assert.equal(await ledger.tasks.isOpen(held.task), false);
      const after = await counts(ledger, jobId);
      const tally = { copiedObjects: 1, copiedBytes: 100, skippedObjects: 1, skippedBytes: 101, failedObjects: 1 };
      assert.deepEqual(after.tally, tally);
      assert.deepEqual(
        [after.succeededTasks, after.failedTasks, after.dispatchedTasks, after.runningTasks],
        [0, 1, 0, 0],
      );
      assert.deepEqual(after.failuresByCode, { SOURCE_ARCHIVED: 1 });
      assert.deepEqual(await ledger.settling.journalParts(jobId, 10), ["p1"]);
    });

    test("progress is kept over starts and runs, first write wins, and counts with the commit", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held: first } = await heldTask(ledger, 4);
      const all = outcomesOf(first);
      const answer = await ledger.tasks.progress(first.task, all.slice(0, 2));
      assert.deepEqual(answer, { answer: "recorded", standing: [], jobState: "running", revision: 1 });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [0, 0, 0]);
      assert.deepEqual((await counts(ledger, jobId)).running[0], {
        taskId: first.task.taskId,
        startedAtMs: (await counts(ledger, jobId)).running[0]?.startedAtMs,
        bytesDone: 201,
        bytesTotal: 406,
        objectsDone: 2,
        objectsTotal: 4,
      });
      const second = await take(ledger, pointer);
      assert.deepEqual(second.progress, all.slice(0, 2));
      const other = skippedOutcome(first.manifest.objects[1] ?? assert.fail(), 1);
      const third = all[2] ?? assert.fail();
      const mixed = await ledger.tasks.progress(second.task, [other, third]);
      assert.deepEqual(mixed, { answer: "recorded", standing: [all[1]], jobState: "running", revision: 1 });
      assert.equal(await ledger.tasks.handBack(second.task), "handed-back");
      const last = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual(last.progress, all.slice(0, 3));
      await ledger.tasks.commit(last.task, commitOf(last, all.slice(3), { recorded: last.progress }));
      const after = await counts(ledger, jobId);
      assert.deepEqual([after.tally.copiedObjects, after.tally.copiedBytes, after.succeededTasks], [4, 406, 1]);
    });

    test("all kinds of outcomes come back from the record as they were", async () => {
      const { ledger } = await open();
      const { pointer, held } = await heldTask(ledger, 3);
      const [a, b, c] = held.manifest.objects;
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      const odd = { ...failedOutcome(c, 2), key: 'k "\n\\ 😀', message: "said:\n<no> 100 %" };
      const outcomes = [copiedOutcome(a, 0), skippedOutcome(b, 1), odd];
      await ledger.tasks.progress(held.task, outcomes);
      assert.deepEqual((await take(ledger, pointer)).progress, outcomes);
    });

    test("a commit whose objects are in the record already changes nothing and is told what stands", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 20);
      const all = outcomesOf(held);
      await ledger.tasks.progress(held.task, [all[3] ?? assert.fail(), all[17] ?? assert.fail()]);
      const behind = await ledger.tasks.commit(held.task, commitOf(held, all, { part: "p" }));
      assert.deepEqual(behind, { answer: "behind", standing: [all[3], all[17]] });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [0, 0, 0]);
      assert.equal(await ledger.tasks.isOpen(held.task), true);
      const rest = all.filter(({ index }) => index !== 3 && index !== 17);
      const recorded = [all[3] ?? assert.fail(), all[17] ?? assert.fail()];
      const again = await ledger.tasks.commit(held.task, commitOf(held, rest, { recorded, part: "p" }));
      assert.deepEqual(again, { answer: "counted" });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [20, 0, 0]);
    });

    test("a commit that leaves objects out, or failures, is refused while the job is not cancelled", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 3);
      const all = outcomesOf(held, (index) => (index === 0 ? "SOURCE_ARCHIVED" : undefined));
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, all.slice(1))), { answer: "refused" });
      const unlisted = { ...commitOf(held, all), failures: [] };
      assert.deepEqual(await ledger.tasks.commit(held.task, unlisted), { answer: "refused" });
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.deepEqual(await ledger.tasks.commit(held.task, unlisted), { answer: "refused" });
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, all.slice(1))), { answer: "counted" });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [2, 0, 0]);
    });

    test("a paused job's tasks may commit and be handed back; those on the queue go back when they are delivered", async () => {
      const { ledger } = await open();
      const { jobId, held } = await heldTask(ledger, 1);
      await plan(ledger, jobId, [plannedTask(1, "b/"), plannedTask(1, "c/")]);
      const other = await take(ledger, await dispatchOne(ledger, jobId));
      const queued = await dispatchOne(ledger, jobId);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      const progressed = await ledger.tasks.progress(held.task, []);
      assert.equal(progressed.answer === "recorded" && progressed.jobState, "paused");
      assert.deepEqual(await ledger.tasks.take(queued, "w"), { answer: "not-now" });
      assert.deepEqual(await ledger.tasks.take(queued, "w"), { answer: "gone" });
      assert.equal(await ledger.tasks.handBack(other.task), "handed-back");
      assert.equal(await ledger.tasks.handBack(other.task), "refused");
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held))), { answer: "counted" });
      const { pendingTasks, dispatchedTasks, runningTasks, succeededTasks } = await counts(ledger, jobId);
      assert.deepEqual([pendingTasks, dispatchedTasks, runningTasks, succeededTasks], [2, 0, 0, 1]);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      const runs = (await ledger.dispatch.dispatch(jobId, 5)).map(({ run }) => run);
      assert.deepEqual(runs, [2, 2]);
    });

    test("a worker that is gone is fenced out when its task goes back from a paused job", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger, 1);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.deepEqual(await ledger.tasks.take(pointer, "w"), { answer: "not-now" });
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held))), { answer: "refused" });
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      const next = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual([next.task.run, next.task.start], [2, 2]);
    });

    test("a cancelling job's tasks commit what they have, hand back counts it too, and nothing is taken", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger, 3);
      await plan(ledger, jobId, [plannedTask(3, "b/"), plannedTask(3, "c/")]);
      const other = await take(ledger, await dispatchOne(ledger, jobId));
      const queued = await dispatchOne(ledger, jobId);
      await ledger.tasks.progress(other.task, outcomesOf(other).slice(0, 1));
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.deepEqual(await ledger.tasks.take(queued, "w"), { answer: "gone" });
      assert.deepEqual(await ledger.tasks.take(pointer, "w"), { answer: "gone" });
      const progressed = await ledger.tasks.progress(held.task, outcomesOf(held).slice(0, 1));
      assert.equal(progressed.answer === "recorded" && progressed.jobState, "cancelling");
      const rest = outcomesOf(held).slice(1, 2);
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, rest)), { answer: "counted" });
      assert.equal(await ledger.tasks.handBack(other.task), "handed-back");
      assert.equal(await ledger.tasks.handBack(other.task), "refused");
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [3, 0, 0]);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      assert.equal(await stateOf(ledger, jobId), "settling");
    });

    test("an object that a worker died on is remembered, unless it was done or the task was handed back", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger, 4);
      await ledger.tasks.suspect(held.task, 1);
      await ledger.tasks.suspect(held.task, 2);
      const second = await take(ledger, pointer);
      assert.deepEqual(second.crashes, new Map([[2, 1]]));
      await ledger.tasks.suspect(held.task, 0);
      await ledger.tasks.suspect(second.task, 2);
      const third = await take(ledger, pointer);
      assert.deepEqual(third.crashes, new Map([[2, 2]]));
      await ledger.tasks.suspect(third.task, 3);
      await ledger.tasks.progress(third.task, outcomesOf(third).slice(3));
      const fourth = await take(ledger, pointer);
      assert.deepEqual(fourth.crashes, new Map([[2, 2]]));
      await ledger.tasks.suspect(fourth.task, 1);
      await ledger.tasks.handBack(fourth.task);
      const fifth = await take(ledger, await dispatchOne(ledger, jobId));
      assert.deepEqual([fifth.crashes, fifth.task.start], [new Map([[2, 2]]), 4]);
    });

    test("a change of the job shows in the revision that take and progress answer", async () => {
      const { ledger } = await open();
      const { jobId, pointer, held } = await heldTask(ledger, 1);
      await ledger.jobs.change(jobId, { change: "patch", limits: undefined, weight: 5, sealedCredentials: undefined });
      const progressed = await ledger.tasks.progress(held.task, []);
      assert.equal(progressed.answer === "recorded" && progressed.revision, 2);
      assert.equal((await take(ledger, pointer)).revision, 2);
    });

    test("uploads are noted, listed and forgotten, each once", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const uploads = [
        { key: 'a"😀', uploadId: "1" },
        { key: "b", uploadId: "2" },
      ] as const;
      for (const upload of [...uploads, uploads[0]]) await ledger.uploads.note(jobId, upload);
      const listed = await ledger.uploads.list(jobId, 10);
      assert.deepEqual(
        new Set(listed.map((one) => JSON.stringify(one))),
        new Set(uploads.map((one) => JSON.stringify(one))),
      );
      assert.equal((await ledger.uploads.list(jobId, 1)).length, 1);
      await ledger.uploads.forget(jobId, uploads[0]);
      await ledger.uploads.forget(jobId, uploads[0]);
      assert.deepEqual(await ledger.uploads.list(jobId, 10), [uploads[1]]);
    });
  });
}
