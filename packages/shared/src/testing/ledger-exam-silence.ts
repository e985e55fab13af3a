import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Side, silenceGapMs } from "../domain/trouble.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import { submit } from "./ledger-steps.ts";

const minuteMs = 60_000;
const silent = { code: "SOURCE_UNREACHABLE", message: "no answer" } as const;

export function examSilence(open: () => Promise<LedgerSubject>): void {
  describe("stores that do not answer", () => {
    test("a shard's store has been silent since the first call in vain, whoever tells, until it answers", async () => {
      const { ledger, clock } = await open();
      const source = await storeOf(ledger, "source");
      const firstMs = clock.now();
      for (let told = 0; told < 20; told += 1) {
        clock.advance(5 * minuteMs);
        const sinceMs = told === 0 ? firstMs : clock.now();
        assert.equal(await ledger.silences.unanswered(source, sinceMs), firstMs);
      }
      assert.equal(await ledger.silences.answered({ ...source, side: "target" }), "was-not", "each store for itself");
      assert.equal(await ledger.silences.answered(source), "was-silent");
      assert.equal(await ledger.silences.answered(source), "was-not");
      assert.equal(await ledger.silences.unanswered(source, clock.now()), clock.now());
    });

    test("a silence begins anew where nobody has asked for a while", async () => {
      const { ledger, clock } = await open();
      const source = await storeOf(ledger, "source");
      await ledger.silences.unanswered(source, clock.now());
      clock.advance(silenceGapMs);
      assert.equal(await ledger.silences.unanswered(source, clock.now()), clock.now());
    });

    test("nothing is kept of a job that is paused or whose listing was given up, and retry begins anew", async () => {
      const { ledger, clock } = await open();
      const source = await storeOf(ledger, "source");
      const { jobId } = source;
      await ledger.silences.unanswered(source, clock.now());
      const askAgain = async () => {
        clock.advance(minuteMs);
        return (await ledger.silences.unanswered(source, clock.now())) === clock.now();
      };
      assert.equal(await askAgain(), false);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.equal(await askAgain(), true);
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      assert.equal(await askAgain(), false, "a short pause is no answer");
      await ledger.plans.abandonListing(jobId, silent);
      assert.equal(await askAgain(), true);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      await ledger.settling.end(jobId, null);
      await ledger.failures.retry(jobId, []);
      assert.equal(await askAgain(), true);
      assert.equal(await askAgain(), false);
    });

    test("a shard that is finished leaves no silence behind", async () => {
      const { ledger, clock } = await open();
      const source = await storeOf(ledger, "source");
      const { jobId, shardId } = source;
      await ledger.silences.unanswered(source, clock.now());
      assert.equal(await ledger.plans.finish({ jobId, shardId, version: 1 }), "planned");
      assert.equal(await ledger.silences.answered(source), "was-not");
      clock.advance(minuteMs);
      assert.equal(await ledger.silences.unanswered(source, clock.now()), clock.now());
    });

    test("a silent store is a running job's reason for as long as is said, or until it answers", async () => {
      const { ledger, clock } = await open();
      const jobId = await submit(ledger);
      const reasonNow = async () => (await ledger.jobs.get(jobId))?.stateReason;
      const tell = async () => await ledger.jobs.tellTrouble(jobId, silent, { side: "source", forMs: 5 * minuteMs });
      await tell();
      clock.advance(5 * minuteMs - 1);
      assert.deepEqual(await reasonNow(), silent);
      clock.advance(1);
      assert.equal(await reasonNow(), null);
      await tell();
      await ledger.jobs.endTrouble(jobId, "target");
      assert.deepEqual(await reasonNow(), silent, "the other store's answer says nothing about it");
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.equal(await reasonNow(), null, "a paused job asks no store");
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      await ledger.jobs.endTrouble(jobId, "source");
      assert.equal(await reasonNow(), null);
      const other = { code: "JOURNAL_FAILED", message: "no room" } as const;
      await tell();
      await ledger.jobs.tellTrouble(jobId, other);
      await ledger.jobs.endTrouble(jobId, "source");
      assert.deepEqual(await reasonNow(), other, "what was told of something else stays");
    });
  });
}

async function storeOf(ledger: Ledger, side: Side) {
  const jobId = await submit(ledger);
  const [shard] = await ledger.plans.shards(jobId);
  assert.ok(shard !== undefined);
  return { jobId, shardId: shard.id, side };
}
