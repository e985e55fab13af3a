import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal } from "@causeway/shared/adapters/journal/journal.ts";
import { createMemoryBlobStore } from "@causeway/shared/adapters/journal/memory-blobs.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import * as steps from "@causeway/shared/testing/ledger-steps.ts";
import { drainJournal } from "../src/journal-drain.ts";
import { everybodysLease } from "./everybodys-lease.ts";
import { createRig, never, stateOf, until } from "./rig.ts";
import { forEachLedger, planned, rigOf, slow } from "./two-holders-rig.ts";

await forEachLedger("two holders settle at once", (open) => {
  test("settle: what is committed while both write the index stays to be indexed", async () => {
    const { rig } = rigOf(open(createSystemClock()));
    const jobId = await planned(rig, 3);
    const [first, second, third] = await rig.ledger.dispatch.dispatch(jobId, 3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    for (const pointer of [first, second]) await rig.workOn(pointer);
    const written = Promise.withResolvers<void>();
    const mayWrite = [Promise.resolve(), written.promise];
    const appendIndex: Journal["appendIndex"] = async (...args) => {
      await mayWrite.shift();
      await rig.journal.appendIndex(...args);
    };
    const parts = { settling: rig.ledger.settling, journal: { ...rig.journal, appendIndex } };
    const drained = [1, 2].map(() => drainJournal(jobId, parts, { signal: never }));
    await until("one of them is done", async () => (await parts.settling.journalParts(jobId, 9)).length === 0);
    await rig.workOn(third);
    written.resolve();
    await Promise.all(drained);
    const keys = (await Array.fromAsync(rig.journal.read(jobId, { signal: never }))).map(({ key }) => key);
    assert.deepEqual([keys.length, new Set(keys).size], [6, 6]);
  });

  test("settle: late writes, dropped tasks and uploads are each accounted for once, and the end is told once", async (t) => {
    const { rig, jobIds } = await unsettled(open(createSystemClock()));
    const masters = Array.from({ length: 2 }, () => rig.master());
    t.after(() => Promise.all(masters.map((master) => master.stop())));
    for (const master of masters) master.start();
    for (const jobId of jobIds) {
      await until("it ends", async () => ["completed", "cancelled"].includes((await stateOf(rig, jobId)) ?? ""));
    }
    const [lost = "", cancelled = ""] = jobIds;
    const { tally, failuresByCode, succeededTasks, failedTasks } = await steps.counts(rig.ledger, lost);
    assert.deepEqual([tally.copiedObjects, tally.failedObjects, failuresByCode], [0, 40, { LATE_WRITE: 40 }]);
    assert.deepEqual([succeededTasks, failedTasks], [0, 20]);
    const failed = await rig.ledger.failures.list(lost, { code: undefined, after: null, limit: 1000 });
    assert.equal(failed.items.length, 40);
    assert.equal((await rig.ledger.uploads.list(lost, 10)).length, 0);
    for (const [jobId, rows] of [
      [lost, 40],
      [cancelled, 20],
    ] as const) {
      const keys = (await Array.fromAsync(rig.journal.read(jobId, { signal: never }))).map(({ key }) => key);
      assert.deepEqual([keys.length, new Set(keys).size], [rows, rows]);
    }
    assert.deepEqual(await noticesOf(rig.ledger, jobIds), jobIds.toSorted(), "each end is told once");
  });
});

/**
 * Two jobs that only have to be settled: one whose tasks lost a worker each, with nothing of what they wrote at the target any
 * more and an upload left open; and a cancelled one whose tasks were dropped half-way.
 */
async function unsettled(ledger: Ledger) {
  const lease = everybodysLease(2);
  // Notices are only read here: webhooks are told at least once.
  const hold: Lease["hold"] = async (duty, ...rest) => duty !== "notify" && (await lease.hold(duty, ...rest));
  const { settling, dropped, uploads } = ledger;
  const slowly = { ...ledger, settling: slow(settling), dropped: slow(dropped), uploads: slow(uploads) };
  const journal = slow(createJournal(createMemoryBlobStore()));
  const rig = createRig({ ledger: slowly, lease: { ...lease, hold }, journal });
  const cancelled = await planned(rig, 20);
  for (const pointer of await ledger.dispatch.dispatch(cancelled, 20)) {
    const held = await steps.take(ledger, pointer);
    await ledger.tasks.progress(held.task, steps.outcomesOf(held).slice(0, 1));
    await ledger.tasks.handBack(held.task);
  }
  await ledger.jobs.change(cancelled, { change: "cancel" });
  const lost = await planned(rig, 20);
  for (const pointer of await ledger.dispatch.dispatch(lost, 20)) {
    await steps.take(ledger, pointer);
    const held = await steps.take(ledger, pointer);
    const outcomes = steps.outcomesOf(held);
    const part = await rig.journal.writePart(lost, pointer.taskId, outcomes, { signal: never });
    const commit = { ...steps.commitOf(held, outcomes, { part }), written: steps.writtenOf(held) };
    assert.equal((await ledger.tasks.commit(held.task, commit)).answer, "counted");
  }
  await ledger.uploads.note(lost, { key: "t/000/0000", uploadId: "gone already" });
  return { rig, jobIds: [lost, cancelled] };
}

/** The jobs of all notices that wait. */
async function noticesOf(ledger: Ledger, jobIds: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const due = (await ledger.notices.due()).filter(({ jobId }) => jobIds.includes(jobId));
    if (due.length === 0) return found.toSorted();
    found.push(...due.map(({ jobId }) => jobId));
    for (const notice of due) await ledger.notices.close(notice);
  }
}
