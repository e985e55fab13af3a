import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import type { ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import { createRig, never, numberedKeys, sourceOf, stateOf, until } from "./rig.ts";

describe("master", () => {
  test("a job is listed, dispatched, settled and journalled, every object once", async (t) => {
    const keys = numberedKeys(2500);
    const rig = createRig({ source: sourceOf([...keys, "other/x"]) });
    const master = rig.master();
    const worker = rig.worker();
    t.after(() => Promise.all([master.stop(), worker.stop("drain")]));
    master.start();
    const job = await rig.submit();
    await until("the job is completed", async () => (await stateOf(rig, job.id)) === "completed");
    const counts = await rig.ledger.jobs.counts(job.id);
    assert.equal(counts?.listedObjects, 2500);
    assert.equal(counts?.tally.copiedObjects, 2500);
    assert.equal(counts?.succeededTasks, 3);
    const journalled = await Array.fromAsync(rig.journal.read(job.id, { signal: never }));
    assert.deepEqual(journalled.map(({ key }) => key).toSorted(), keys);
    assert.deepEqual(await rig.ledger.settling.journalParts(job.id, 10), []);
  });

  test("an empty prefix completes at once", async (t) => {
    const rig = createRig({ source: sourceOf([]) });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit();
    await until("the job is completed", async () => (await stateOf(rig, job.id)) === "completed");
  });

  test("three masters at once do each thing once", async (t) => {
    const rig = createRig({ source: sourceOf(numberedKeys(5000)) });
    const masters = [rig.master(), rig.master(), rig.master()];
    const worker = rig.worker();
    t.after(() => Promise.all([...masters.map((master) => master.stop()), worker.stop("drain")]));
    for (const master of masters) master.start();
    const jobs = await Promise.all(
      ["a", "b", "c"].map((name) => rig.submit({ name, tasks: { objectCountLimit: 100 } })),
    );
    for (const { id } of jobs) {
      await until(`${id} is completed`, async () => (await stateOf(rig, id)) === "completed");
      assert.equal((await rig.ledger.jobs.counts(id))?.tally.copiedObjects, 5000);
      assert.equal((await Array.fromAsync(rig.journal.read(id, { signal: never }))).length, 5000);
    }
  });

  test("a bucket that does not exist ends the job as failed, with a code and what to do", async (t) => {
    const missing = new Fault("SOURCE_BUCKET_MISSING", "permanent", { said: "NoSuchBucket" });
    const rig = createRig({ source: { ...sourceOf([]), listPage: () => Promise.reject(missing) } });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit();
    await until("the job has failed", async () => (await stateOf(rig, job.id)) === "failed");
    const reason = (await rig.ledger.jobs.get(job.id))?.stateReason;
    assert.equal(reason?.code, "SOURCE_BUCKET_MISSING");
    assert.match(reason?.message ?? "", /no such bucket at the source\. It said: NoSuchBucket\. Check source\.bucket/);
  });

  test("a target that refuses the key fails the job before anything is planned", async (t) => {
    const refused = new Fault("TARGET_CREDENTIALS_INVALID", "permanent");
    const rig = createRig({ target: { ...createMemoryTarget(), listPage: () => Promise.reject(refused) } });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit();
    await until("the job has failed", async () => (await stateOf(rig, job.id)) === "failed");
    assert.equal((await rig.ledger.jobs.counts(job.id))?.listedObjects, 0);
  });

  test("a cancelled job's backlog is dropped at once, also without any worker", async (t) => {
    const rig = createRig({ source: sourceOf(numberedKeys(3000)) });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit({ tasks: { objectCountLimit: 10 } });
    await until("all is planned", async () => (await rig.ledger.jobs.counts(job.id))?.listingFinished === true);
    await rig.ledger.jobs.change(job.id, { change: "cancel" });
    await until("the backlog is gone", async () => (await rig.ledger.jobs.counts(job.id))?.pendingTasks === 0);
  });

  test("a paused job is not listed and not dispatched, and goes on when it is resumed", async (t) => {
    const rig = createRig({ source: sourceOf(numberedKeys(100)) });
    const job = await rig.submit();
    await rig.ledger.jobs.change(job.id, { change: "pause", reason: null });
    const master = rig.master();
    const worker = rig.worker();
    t.after(() => Promise.all([master.stop(), worker.stop("drain")]));
    master.start();
    await rig.clock.sleep(700, { signal: never });
    assert.equal((await rig.ledger.jobs.counts(job.id))?.listedObjects, 0);
    await rig.ledger.jobs.change(job.id, { change: "resume", sealedCredentials: undefined });
    await until("the job is completed", async () => (await stateOf(rig, job.id)) === "completed");
  });

  test("listing waits at the watermark and goes on when workers have made room", async (t) => {
    const keys = sourceOf(numberedKeys(20_000));
    const source = {
      ...keys,
      listPage: async (request: ListRequest, options: Signalled) => {
        await rig.clock.sleep(50, options);
        return await keys.listPage(request, options);
      },
    };
    const rig = createRig({ source });
    const master = rig.master({ backlogBudgetBytes: 20_000 });
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit();
    await until("something is planned", async () => ((await rig.ledger.jobs.counts(job.id))?.listedObjects ?? 0) > 0);
    await rig.clock.sleep(1500, { signal: never });
    const held = await rig.ledger.jobs.counts(job.id);
    assert.equal(held?.listingFinished, false);
    const worker = rig.worker();
    t.after(() => worker.stop("drain"));
    await until("the job is completed", async () => (await stateOf(rig, job.id)) === "completed", 60_000);
    assert.equal((await rig.ledger.jobs.counts(job.id))?.tally.copiedObjects, 20_000);
  });

  test("nothing is handed out to workers on other hosts while the journal is a folder of this one", async (t) => {
    const rig = createRig();
    const record = { id: "w", pid: 1, version: "0", taskSlots: 1, tasksRunning: 0, objectsPerSecond: 0 };
    const times = { bytesPerSecond: 0, startedAtMs: 0, heartbeatAtMs: 0, state: "running", tunnel: null } as const;
    await rig.ledger.workers.beat({ ...record, ...times, host: "elsewhere" });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const job = await rig.submit();
    await until("the job is listed", async () => (await rig.ledger.jobs.counts(job.id))?.listingFinished === true);
    await rig.clock.sleep(500, { signal: never });
    assert.equal((await rig.ledger.jobs.counts(job.id))?.dispatchedTasks, 0);
    assert.match((await master.obstacles())[0] ?? "", /workers on elsewhere .* JOURNAL_SHARED=true/);
  });
});
