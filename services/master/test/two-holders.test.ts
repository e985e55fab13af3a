import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createJournal } from "@causeway/shared/adapters/journal/journal.ts";
import { createMemoryBlobStore } from "@causeway/shared/adapters/journal/memory-blobs.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import { everybodysLease } from "./everybodys-lease.ts";
import { createRig, never, numberedKeys, sourceOf, stateOf, until } from "./rig.ts";

const masterCount = 3;
/** Meanwhile workers commit further parts, which another holder must not take for those that it has indexed. */
function slowJournal(): Journal {
  const journal = createJournal(createMemoryBlobStore());
  return {
    ...journal,
    async appendIndex(...args) {
      await sleep(Math.random() * 40);
      await journal.appendIndex(...args);
    },
  };
}

describe("two holders of a lease at once", () => {
  test("dispatch, sweep and settle twice over: every object is counted and in the journal once, the job ends once", async (t) => {
    const keys = numberedKeys(2000);
    const lease = everybodysLease(masterCount);
    const rig = createRig({ source: sourceOf(keys), lease, journal: slowJournal() });
    const masters = Array.from({ length: masterCount }, () => rig.master());
    t.after(() => Promise.all(masters.map((master) => master.stop())));
    for (const master of masters) master.start();
    const workers = [rig.worker(), rig.worker()];
    t.after(() => Promise.all(workers.map((worker) => worker.stop("hard"))));
    const jobs = await Promise.all(
      [1, 2, 3].map((at) => rig.submit({ name: `job-${at}`, tasks: { objectCountLimit: 5 } })),
    );
    for (const { id } of jobs) {
      await until("the job has ended", async () => (await stateOf(rig, id)) === "completed");
      const counts = await rig.ledger.jobs.counts(id);
      assert.equal(counts?.listedObjects, keys.length);
      assert.equal(counts.tally.copiedObjects, keys.length);
      const journalled = (await Array.fromAsync(rig.journal.read(id, { signal: never }))).map(({ key }) => key);
      assert.equal(journalled.length, keys.length);
      assert.equal(new Set(journalled).size, keys.length);
    }
    for (const duty of ["dispatch", "sweep"]) assert.equal(lease.together.get(duty), masterCount, duty);
  });
});
