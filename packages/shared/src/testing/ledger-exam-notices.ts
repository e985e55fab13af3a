import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JobSpecInput } from "../domain/job-spec.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import { finishListing, heldTask, plan, plannedTask, runAll, settle, submit } from "./ledger-steps.ts";

const webhook = {
  notify: { url: "https://example.com/hook", on: ["ended", "paused"] },
} satisfies Partial<JobSpecInput>;

async function endedJob(ledger: Ledger, spec: Partial<JobSpecInput>): Promise<string> {
  const jobId = await submit(ledger, spec);
  await finishListing(ledger, jobId);
  await settle(ledger, jobId);
  return jobId;
}

async function dueOf(ledger: Ledger, jobId: string) {
  return (await ledger.notices.due()).filter((notice) => notice.jobId === jobId);
}

export function examNotices(open: () => Promise<LedgerSubject>): void {
  describe("notices", () => {
    test("a job that ends is news to its webhook, once, and to none where none is named", async () => {
      const { ledger } = await open();
      const jobId = await endedJob(ledger, webhook);
      await endedJob(ledger, {});
      await endedJob(ledger, { notify: { url: webhook.notify.url, on: ["paused"] } });
      const all = await ledger.notices.due();
      assert.deepEqual(
        all.map(({ jobId, on, reason, attempts }) => ({ jobId, on, reason, attempts })),
        [{ jobId, on: "ended", reason: null, attempts: 0 }],
      );
      const [notice] = all;
      assert.ok(notice);
      await ledger.notices.close(notice);
      await ledger.notices.close(notice);
      assert.deepEqual(await ledger.notices.due(), []);
    });

    test("a job that pauses itself is news, with its reason; one that a person pauses is none", async () => {
      const { ledger } = await open();
      const reason = { code: "SOURCE_CREDENTIALS_EXPIRED", message: "Expired." } as const;
      const jobId = await submit(ledger, webhook);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.deepEqual(await dueOf(ledger, jobId), []);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      await ledger.jobs.change(jobId, { change: "pause", reason });
      await ledger.jobs.change(jobId, { change: "pause", reason });
      const [notice] = await dueOf(ledger, jobId);
      assert.deepEqual([notice?.on, notice?.reason], ["paused", reason]);

      const limit = { failureLimits: { share: 0.5, afterObjects: 1 } };
      const broken = await submit(ledger, { ...webhook, ...limit });
      await plan(ledger, broken, [plannedTask(4)]);
      await runAll(ledger, broken, () => "SOURCE_ARCHIVED");
      const [breaker] = await dueOf(ledger, broken);
      assert.deepEqual([breaker?.on, breaker?.reason?.code], ["paused", "FAILURE_LIMIT"]);
      assert.match(breaker?.reason?.message ?? "", /^4 of 4 objects failed/);
    });

    test("a notice that could not be told rests and counts its attempts; the next one of its job waits behind it", async () => {
      const { ledger, clock } = await open();
      const reason = { code: "SOURCE_CREDENTIALS_EXPIRED", message: "Expired." } as const;
      const { jobId } = await heldTask(ledger, 1, webhook);
      for (let times = 0; times < 2; times += 1) {
        await ledger.jobs.change(jobId, { change: "pause", reason });
        await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      }
      const [first] = await dueOf(ledger, jobId);
      assert.ok(first);
      await ledger.notices.postpone(first, 60_000);
      assert.deepEqual(await dueOf(ledger, jobId), []);
      clock.advance(60_001);
      const [again] = await dueOf(ledger, jobId);
      assert.deepEqual(again, { ...first, attempts: 1 });
      await ledger.notices.close(first);
      const [second] = await dueOf(ledger, jobId);
      assert.ok(second !== undefined && second.id !== first.id);
      assert.equal(second.attempts, 0, "each notice has attempts of its own");
      await ledger.notices.postpone(first, 60_000);
      assert.equal((await dueOf(ledger, jobId)).length, 1, "what is closed cannot rest");
    });

    test("the notices of a job that is deleted go with it", async () => {
      const { ledger } = await open();
      const jobId = await endedJob(ledger, webhook);
      const [notice] = await dueOf(ledger, jobId);
      assert.ok(notice);
      assert.equal(await ledger.jobs.remove(jobId), "removed");
      await ledger.notices.postpone(notice, 0);
      assert.deepEqual(await dueOf(ledger, jobId), []);
      assert.equal(await ledger.jobs.get(jobId), undefined);
    });
  });
}
