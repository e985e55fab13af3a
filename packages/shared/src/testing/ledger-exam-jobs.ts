import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { someJob, someNewJob } from "./builders.ts";
import { troubleMs } from "../domain/trouble.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import {
  commitOf,
  counts,
  finishListing,
  heldTask,
  newId,
  outcomesOf,
  settle,
  stateOf,
  submit,
} from "./ledger-steps.ts";

const noPatch = { change: "patch", limits: undefined, weight: undefined, sealedCredentials: undefined } as const;

export function examJobs(open: () => Promise<LedgerSubject>): void {
  describe("jobs", () => {
    test("a submitted job is found by id and by name, running, with all that was said about it", async () => {
      const { ledger } = await open();
      const record = someJob({}, { name: "moon", weight: 7, limits: { bytesPerSecond: 5 } });
      await ledger.jobs.submit({ record, sealedCredentials: "sealed", idempotencyKey: undefined });
      assert.deepEqual(await ledger.jobs.get(record.id), record);
      assert.deepEqual(await ledger.jobs.get("moon"), record);
      assert.equal(await ledger.jobs.sealedCredentials(record.id), "sealed");
      assert.equal(await ledger.jobs.get("sun"), undefined);
      assert.equal(await ledger.jobs.counts("sun"), undefined);
      assert.equal(await ledger.jobs.sealedCredentials("sun"), undefined);
    });

    test("the same submit sent twice makes one job", async () => {
      const { ledger } = await open();
      const job = someNewJob();
      assert.deepEqual(await ledger.jobs.submit(job), { answer: "submitted" });
      assert.deepEqual(await ledger.jobs.submit(job), { answer: "submitted" });
      assert.equal((await ledger.jobs.list({ after: null, limit: 10 })).jobs.length, 1);
      assert.equal((await ledger.plans.shards(job.record.id)).length, 1);
    });

    test("an Idempotency-Key answers the job that it made, a taken name the job that has it", async () => {
      const { ledger } = await open();
      const first = { ...someNewJob(), idempotencyKey: "once" };
      await ledger.jobs.submit(first);
      const again = { ...someNewJob({}, { name: "other" }), idempotencyKey: "once" };
      const jobId = first.record.id;
      assert.deepEqual(await ledger.jobs.submit(again), { answer: "repeated", jobId });
      assert.deepEqual(await ledger.jobs.submit(someNewJob()), { answer: "name-in-use", jobId });
      assert.equal(await ledger.jobs.get(again.record.id), undefined);
      assert.equal((await ledger.dispatch.active()).length, 1);
    });

    test("jobs are listed newest first, page by page, also while jobs are added", async () => {
      const { ledger } = await open();
      const made: string[] = [];
      for (let at = 0; at < 7; at += 1) {
        const id = `${at}${newId().slice(1)}`;
        await ledger.jobs.submit(someNewJob({ id, createdAtMs: 1000 + Math.floor(at / 3) }, { name: `n${at}` }));
        made.unshift(id);
      }
      const seen: string[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < 5; pages += 1) {
        const { jobs, next }: { jobs: readonly { id: string }[]; next: string | null } = await ledger.jobs.list({
          after,
          limit: 2,
        });
        seen.push(...jobs.map(({ id }) => id));
        await ledger.jobs.submit(someNewJob({ createdAtMs: 5000 + pages }, { name: `later-${pages}` }));
        after = next;
        if (next === null) break;
      }
      assert.deepEqual(seen, made);
    });

    test("pause and resume may be repeated, and the reason goes with the pause", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const reason = { code: "FAILURE_LIMIT", message: "too much" } as const;
      assert.equal(await ledger.jobs.change(jobId, { change: "pause", reason }), "changed");
      assert.equal(await ledger.jobs.change(jobId, { change: "pause", reason: null }), "unchanged");
      assert.deepEqual((await ledger.jobs.get(jobId))?.stateReason, reason);
      assert.equal(await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined }), "changed");
      assert.equal(await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined }), "unchanged");
      const record = await ledger.jobs.get(jobId);
      assert.deepEqual([record?.state, record?.stateReason, record?.revision], ["running", null, 1]);
    });

    test("a pause that is about a revision is refused once there is another", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const pause = { change: "pause", reason: null, atRevision: 1 } as const;
      await ledger.jobs.change(jobId, { ...noPatch, sealedCredentials: "new" });
      assert.equal(await ledger.jobs.change(jobId, pause), "refused");
      assert.equal(await stateOf(ledger, jobId), "running");
      assert.equal(await ledger.jobs.change(jobId, { ...pause, atRevision: 2 }), "changed");
      assert.equal(await ledger.jobs.change(jobId, pause), "unchanged");
    });

    test("new credentials, limits and weight bump the revision, the same again do not", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const limits = { bytesPerSecond: 9, requestsPerSecond: 0, timetable: [] };
      assert.equal(await ledger.jobs.change(jobId, { ...noPatch, limits, weight: 3 }), "changed");
      assert.equal(await ledger.jobs.change(jobId, { ...noPatch, limits, weight: 3 }), "unchanged");
      assert.equal(await ledger.jobs.change(jobId, { ...noPatch, sealedCredentials: "new" }), "changed");
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: "newer" });
      const record = await ledger.jobs.get(jobId);
      assert.deepEqual([record?.revision, record?.spec.limits, record?.spec.weight], [4, limits, 3]);
      assert.equal(await ledger.jobs.sealedCredentials(jobId), "newer");
      assert.equal((await ledger.dispatch.active())[0]?.weight, 3);
    });

    test("cancel may be repeated and cannot be taken back", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.equal(await ledger.jobs.change(jobId, { change: "cancel" }), "changed");
      assert.equal(await ledger.jobs.change(jobId, { change: "cancel" }), "unchanged");
      assert.equal(await ledger.jobs.change(jobId, { change: "pause", reason: null }), "refused");
      assert.equal(await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined }), "refused");
      await settle(ledger, jobId);
      assert.equal(await stateOf(ledger, jobId), "cancelled");
      assert.equal(await ledger.jobs.change(jobId, { change: "cancel" }), "unchanged");
      assert.equal(await ledger.jobs.change(jobId, { ...noPatch, weight: 2 }), "refused");
    });

    test("an unknown job changes nothing and has nothing", async () => {
      const { ledger } = await open();
      assert.equal(await ledger.jobs.change("none", { change: "cancel" }), "unknown");
      assert.equal(await ledger.jobs.remove("none"), "unknown");
      assert.deepEqual(await ledger.plans.shards("none"), []);
      assert.deepEqual(await ledger.dispatch.dispatch("none", 5), []);
      assert.deepEqual(await ledger.dispatch.stale("none", 0, 5), []);
      assert.equal(await ledger.dispatch.dropBacklog("none", 5), 0);
      assert.deepEqual(await ledger.failures.retry("none", []), { answer: "unknown" });
      assert.equal(await ledger.failures.resumeRetry("none"), false);
      assert.equal(await ledger.settling.beginSettling("none"), false);
      await ledger.settling.end("none", null);
      await ledger.uploads.note("none", { key: "k", uploadId: "u" });
      assert.deepEqual(await ledger.uploads.list("none", 5), []);
    });

    test("only an ended job is removed; then its name and its Idempotency-Key are free again", async () => {
      const { ledger } = await open();
      const job = { ...someNewJob(), idempotencyKey: "once" };
      const jobId = job.record.id;
      await ledger.jobs.submit(job);
      assert.equal(await ledger.jobs.remove(jobId), "not-ended");
      await finishListing(ledger, jobId);
      await settle(ledger, jobId);
      assert.equal(await ledger.jobs.remove(jobId), "removed");
      assert.equal(await ledger.jobs.remove(jobId), "unknown");
      assert.equal(await ledger.jobs.get(job.record.spec.name), undefined);
      assert.deepEqual((await ledger.jobs.list({ after: null, limit: 5 })).jobs, []);
      const next = { ...job, record: { ...job.record, id: newId() } };
      assert.deepEqual(await ledger.jobs.submit(next), { answer: "submitted" });
    });

    test("active jobs are those that have not ended, oldest first, with what dispatching needs", async () => {
      const { ledger } = await open();
      const ended = await submit(ledger);
      await finishListing(ledger, ended);
      await settle(ledger, ended);
      const young = someNewJob({ createdAtMs: Date.UTC(2027, 0, 1) }, { name: "young" });
      await ledger.jobs.submit(young);
      const { jobId } = await heldTask(ledger, 3, { weight: 2 });
      const active = await ledger.dispatch.active();
      assert.deepEqual(
        active.map((job) => job.jobId),
        [jobId, young.record.id],
      );
      const expected = {
        jobId,
        state: "running",
        weight: 2,
        revision: 1,
        pendingTasks: 0,
        openTasks: 1,
        backlogBytes: 0,
        failureBytes: 0,
      };
      assert.deepEqual(active[0], { ...expected, listingDone: false });
      await finishListing(ledger, jobId);
      assert.equal((await ledger.dispatch.active())[0]?.listingDone, true);
      await ledger.jobs.change(jobId, { change: "patch", limits: undefined, weight: 3, sealedCredentials: undefined });
      assert.equal((await ledger.dispatch.active())[0]?.revision, 2);
    });

    test("a trouble that is told is a running job's reason for a while, unless its state has one", async () => {
      const { ledger, clock } = await open();
      const { jobId } = await heldTask(ledger);
      const trouble = { code: "JOURNAL_FAILED", message: "no room" } as const;
      const reasonNow = async () => (await ledger.jobs.get(jobId))?.stateReason;
      await ledger.jobs.tellTrouble(jobId, trouble);
      assert.deepEqual(await reasonNow(), trouble);
      assert.deepEqual((await ledger.jobs.list({ after: null, limit: 9 })).jobs[0]?.stateReason, trouble);
      clock.advance(troubleMs - 1);
      await ledger.jobs.tellTrouble(jobId, { ...trouble, message: "still no room" });
      clock.advance(troubleMs - 1);
      assert.equal((await reasonNow())?.message, "still no room");
      clock.advance(1);
      assert.equal(await reasonNow(), null);
      await ledger.jobs.tellTrouble(jobId, trouble);
      await ledger.jobs.change(jobId, { change: "pause", reason: { code: "SOURCE_FAILED", message: "broken" } });
      assert.equal((await reasonNow())?.code, "SOURCE_FAILED");
      await ledger.jobs.tellTrouble("none", trouble);
      assert.equal(await ledger.jobs.get("none"), undefined);
    });

    test("recent figures are those of about the last minute", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 3);
      clock.advance(5000);
      const [first, ...rest] = outcomesOf(held);
      assert.ok(first !== undefined);
      await ledger.tasks.progress(held.task, [first]);
      assert.deepEqual((await counts(ledger, jobId)).recent, { objects: 1, bytes: 100, overMs: 5000 });
      clock.advance(20_000);
      await ledger.tasks.commit(held.task, commitOf(held, rest));
      assert.deepEqual((await counts(ledger, jobId)).recent, { objects: 3, bytes: 303, overMs: 25_000 });
      clock.advance(120_000);
      const { objects, bytes, overMs } = (await counts(ledger, jobId)).recent;
      assert.deepEqual([objects, bytes], [0, 0]);
      assert.ok(overMs >= 50_000 && overMs <= 60_000);
    });
  });
}
