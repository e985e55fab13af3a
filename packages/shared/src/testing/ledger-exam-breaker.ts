import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FaultCode } from "../domain/fault-codes.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import { commitOf, dispatchOne, outcomesOf, plan, plannedTask, stateOf, submit, take } from "./ledger-steps.ts";

const firstOf = (count: number) => (index: number) => (index < count ? ("TARGET_REFUSED" as FaultCode) : undefined);

export function examBreaker(open: () => Promise<LedgerSubject>): void {
  describe("the circuit breaker", () => {
    test("a job pauses itself past a share of failed objects, once there are enough, and says the figures", async () => {
      const subject = await open();
      const { ledger } = subject;
      const jobId = await submit(ledger, { failureLimits: { share: 0.5, afterObjects: 12, objects: 1000 } });
      await plan(ledger, jobId, [plannedTask(8), plannedTask(8, "b/"), plannedTask(8, "c/")]);
      await commitWith(subject, jobId, 8);
      assert.equal(await stateOf(ledger, jobId), "running");
      await commitWith(subject, jobId, 1);
      const record = await ledger.jobs.get(jobId);
      assert.equal(record?.state, "paused");
      assert.equal(record?.stateReason?.code, "FAILURE_LIMIT");
      assert.match(record?.stateReason?.message ?? "", /9 of 16 objects failed/);
      assert.deepEqual(await ledger.dispatch.dispatch(jobId, 5), []);
    });

    test("exactly the share is allowed, and commits without failures never pause", async () => {
      const subject = await open();
      const { ledger } = subject;
      const jobId = await submit(ledger, { failureLimits: { share: 0.5, afterObjects: 8, objects: 1000 } });
      await plan(ledger, jobId, [plannedTask(8), plannedTask(8, "b/")]);
      await commitWith(subject, jobId, 4);
      await commitWith(subject, jobId, 0);
      assert.equal(await stateOf(ledger, jobId), "running");
    });

    test("a job pauses itself past an absolute number; resume lets it go on and counts anew", async () => {
      const subject = await open();
      const { ledger } = subject;
      const jobId = await submit(ledger, { failureLimits: { share: 1, afterObjects: 1, objects: 5 } });
      await plan(ledger, jobId, [plannedTask(4), plannedTask(4, "b/"), plannedTask(4, "c/"), plannedTask(4, "d/")]);
      await commitWith(subject, jobId, 4);
      assert.equal(await stateOf(ledger, jobId), "running");
      await commitWith(subject, jobId, 1);
      assert.equal(await stateOf(ledger, jobId), "paused");
      assert.match((await ledger.jobs.get(jobId))?.stateReason?.message ?? "", /5 objects failed/);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: "new" });
      await commitWith(subject, jobId, 4);
      assert.equal(await stateOf(ledger, jobId), "running");
      await commitWith(subject, jobId, 1);
      assert.equal(await stateOf(ledger, jobId), "paused");
    });

    test("failures in the progress record count with the commit", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger, { failureLimits: { share: 1, afterObjects: 1, objects: 3 } });
      await plan(ledger, jobId, [plannedTask(4)]);
      const held = await take(ledger, await dispatchOne(ledger, jobId));
      const outcomes = outcomesOf(held, firstOf(3));
      const recorded = outcomes.slice(0, 3);
      await ledger.tasks.progress(held.task, recorded);
      assert.equal(await stateOf(ledger, jobId), "running");
      const answer = await ledger.tasks.commit(held.task, commitOf(held, outcomes.slice(3), { recorded }));
      assert.deepEqual(answer, { answer: "counted" });
      assert.equal(await stateOf(ledger, jobId), "paused");
    });
  });
}

async function commitWith(subject: LedgerSubject, jobId: string, failing: number): Promise<void> {
  const held = await take(subject.ledger, await dispatchOne(subject.ledger, jobId));
  await subject.ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held, firstOf(failing))));
}
