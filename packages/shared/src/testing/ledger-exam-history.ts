import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Span, tiers } from "../domain/history.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import { commitOf, heldTask, outcomesOf, settle, finishListing, submit } from "./ledger-steps.ts";

const hourMs = 3_600_000;

export function examHistory(open: () => Promise<LedgerSubject>): void {
  describe("what a job has settled over time", () => {
    test("is known by ten seconds, the newest as far as they have gone", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 4);
      const [first, second, third, fourth] = outcomesOf(held, (index) => (index === 2 ? "SOURCE_ARCHIVED" : undefined));
      assert.ok(first && second && third && fourth);
      assert.deepEqual(await ledger.history.spans(jobId), []);
      const fromMs = Math.ceil(clock.now() / 10_000) * 10_000;
      clock.advance(fromMs - clock.now());
      await ledger.tasks.progress(held.task, [first, second]);
      await ledger.tasks.progress(held.task, [first]);
      clock.advance(24_000);
      const recorded = [first, second];
      await ledger.tasks.commit(held.task, commitOf(held, [third, fourth], { recorded }));
      assert.deepEqual(await ledger.history.spans(jobId), [
        { fromMs, overMs: 10_000, objects: 2, bytes: 201 },
        { fromMs: fromMs + 20_000, overMs: 4000, objects: 2, bytes: 103 },
      ]);
    });

    test("grows coarser with its age, and nothing of it is lost", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 3000);
      const outcomes = outcomesOf(held);
      for (const outcome of outcomes.slice(0, 2500)) {
        await ledger.tasks.progress(held.task, [outcome]);
        clock.advance(10_000);
      }
      const spans = await ledger.history.spans(jobId);
      inOrder(spans);
      assert.equal(sum(spans, "objects"), 2500);
      assert.equal(
        sum(spans, "bytes"),
        outcomes.slice(0, 2500).reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0),
      );
      // 25,000 s: the last 20 min by 10 s, the 4 h before by the minute, the rest by ten minutes.
      assert.deepEqual(
        [...new Set(spans.map(({ overMs }) => overMs))].sort((a, b) => b - a),
        [600_000, 60_000, 10_000],
      );
      assert.ok(spans.slice(1).every((span) => span.objects >= span.overMs / 10_000 || span.overMs === 600_000));
      assert.ok(spans.filter(({ overMs }) => overMs === 10_000).length >= 114);
    });

    test("keeps time in which nothing was settled free, and stays small for ever", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 2000);
      for (const outcome of outcomesOf(held)) {
        await ledger.tasks.progress(held.task, [outcome]);
        clock.advance(25 * hourMs);
      }
      const spans = await ledger.history.spans(jobId);
      inOrder(spans);
      const most = tiers.reduce((all, tier) => all + tier.most, 0);
      assert.ok(spans.length <= most + 6, `${spans.length} spans`);
      assert.ok(spans.length >= most - 20, `${spans.length} spans`);
      // The oldest are forgotten.
      assert.ok(sum(spans, "objects") < 2000);
    });

    test("takes what comes late, by a clock that is behind, to the newest", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 300);
      for (const [index, outcome] of outcomesOf(held).entries()) {
        await ledger.tasks.progress(held.task, [outcome]);
        clock.advance(index % 3 === 0 ? -90_000 : 60_000);
      }
      const spans = await ledger.history.spans(jobId);
      assert.ok(spans.every(({ fromMs }, index) => fromMs >= (spans[index - 1]?.fromMs ?? 0)));
      assert.equal(sum(spans, "objects"), 300);
    });

    test("stays when the job has ended, and goes with it", async () => {
      const { ledger, clock } = await open();
      const { jobId, held } = await heldTask(ledger, 2);
      await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held)));
      await finishListing(ledger, jobId);
      await settle(ledger, jobId);
      clock.advance(48 * hourMs);
      assert.deepEqual(
        (await ledger.history.spans(jobId)).map(({ objects, bytes }) => [objects, bytes]),
        [[2, 201]],
      );
      assert.equal(await ledger.jobs.remove(jobId), "removed");
      assert.deepEqual(await ledger.history.spans(jobId), []);
      assert.deepEqual(await ledger.history.spans(await submit(ledger)), []);
    });
  });
}

function inOrder(spans: readonly Span[]): void {
  for (const [index, { fromMs }] of spans.entries()) {
    const before = spans[index - 1];
    assert.ok(before === undefined || before.fromMs + before.overMs <= fromMs, `span ${index} begins inside another`);
  }
}

function sum(spans: readonly Span[], what: "objects" | "bytes"): number {
  return spans.reduce((all, span) => all + span[what], 0);
}
