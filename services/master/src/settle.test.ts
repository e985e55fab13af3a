import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createMemoryTarget, type MemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { TargetAttributes } from "@causeway/shared/domain/object.ts";
import { emptyTally, type Outcome, tallied } from "@causeway/shared/domain/outcome.ts";
import { copiedOutcome } from "@causeway/shared/testing/builders.ts";
import type { SettleLedger } from "@causeway/shared/ports/settle-ledger.ts";
import { createRig, never, newId, numberedKeys, type Rig, sourceOf, stateOf, until } from "../test/rig.ts";
import { unwatchedStore } from "./patience.ts";
import { recheckTasks } from "./recheck.ts";

const options = { signal: never };
const attributes: TargetAttributes = {
  headers: {},
  userMetadata: {},
  storageClass: "Standard",
  serverSideEncryption: undefined,
};

async function put(target: MemoryTarget, key: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  await target.put({ key, payload: { bytes }, attributes, ifThere: "replace" }, options);
  return String(target.held(key)?.crc64);
}

/** A job of all objects of the source in one task, which somebody has taken. */
async function jobThatIsTaken(rig: Rig) {
  const { id: jobId } = await rig.submit();
  const [shard] = await rig.ledger.plans.shards(jobId);
  const { objects } = await rig.source.listPage({ after: undefined, prefix: "source_folder/", limit: 10 }, options);
  const tasks = [{ taskId: "a".repeat(32), manifest: { kind: "copy-batch", objects } }] as const;
  const shardId = shard?.id ?? "";
  await rig.ledger.plans.plan({ jobId, shardId, version: 1, planId: "p", cursor: objects.at(-1)?.key ?? "", tasks });
  await rig.ledger.plans.finish({ jobId, shardId, version: 2 });
  const [pointer] = await rig.ledger.dispatch.dispatch(jobId, 1);
  assert.ok(pointer !== undefined);
  const taken = await rig.ledger.tasks.take(pointer, "first");
  assert.ok(taken.answer === "held");
  return { jobId, pointer, taken };
}

/**
 * A job of three objects whose one task was started twice and committed by the second worker; `write` says what the target
 * holds under each key when the job settles.
 */
async function jobThatLostAWorker(rig: Rig, target: MemoryTarget): Promise<{ jobId: string; keys: string[] }> {
  const { jobId, pointer } = await jobThatIsTaken(rig);
  const taken = await rig.ledger.tasks.take(pointer, "second");
  assert.ok(taken.answer === "held");
  const { objects } = taken.manifest;
  const written = [];
  const outcomes: Outcome[] = [];
  for (const [index, object] of objects.entries()) {
    const crc64 = await put(target, `to/${object.key}`, object.key);
    written.push({ source: object, targetKey: `to/${object.key}`, crc64 });
    outcomes.push({ ...copiedOutcome(object, index), targetKey: `to/${object.key}`, crc64 } as Outcome);
  }
  const journalPart = await rig.journal.writePart(jobId, pointer.taskId, outcomes, options);
  const tally = outcomes.reduce(tallied, emptyTally);
  await rig.ledger.tasks.commit(taken.task, { outcomes, tally, failures: [], journalPart, written });
  return { jobId, keys: objects.map(({ key }) => `to/${key}`) };
}

function start(target: MemoryTarget) {
  return createRig({ source: sourceOf(numberedKeys(3)), target });
}

describe("settling", () => {
  test("what a cancelled job counts of tasks that were dropped is in its journal", async (t) => {
    const rig = createRig({ source: sourceOf(numberedKeys(3)) });
    const { jobId, taken } = await jobThatIsTaken(rig);
    const done = taken.manifest.objects.slice(0, 2).map((object, index) => copiedOutcome(object, index));
    await rig.ledger.tasks.progress(taken.task, done);
    await rig.ledger.tasks.handBack(taken.task);
    await rig.ledger.jobs.change(jobId, { change: "cancel" });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("the job has ended", async () => (await stateOf(rig, jobId)) === "cancelled");
    assert.equal((await rig.ledger.jobs.counts(jobId))?.tally.copiedObjects, 2);
    assert.deepEqual(await Array.fromAsync(rig.journal.read(jobId, options)), done);
  });

  test("what a late writer has overwritten or taken away becomes a failed object with the code LATE_WRITE", async (t) => {
    const target = createMemoryTarget();
    const rig = start(target);
    const { jobId, keys } = await jobThatLostAWorker(rig, target);
    await put(target, keys[1] ?? "", "other bytes");
    await target.remove(keys[2] ?? "", options);
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("the job has ended", async () => (await stateOf(rig, jobId)) === "completed");
    const counts = await rig.ledger.jobs.counts(jobId);
    assert.equal(counts?.tally.copiedObjects, 1);
    assert.equal(counts?.tally.failedObjects, 2);
    assert.deepEqual(counts?.failuresByCode, { LATE_WRITE: 2 });
  });

  test("a task that was given up and whose objects are as the journal says changes nothing", async (t) => {
    const target = createMemoryTarget();
    const rig = start(target);
    const { jobId } = await jobThatLostAWorker(rig, target);
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("the job has ended", async () => (await stateOf(rig, jobId)) === "completed");
    assert.equal((await rig.ledger.jobs.counts(jobId))?.tally.copiedObjects, 3);
    assert.equal((await rig.ledger.settling.toRecheck(jobId, 1)).length, 0);
  });

  test("uploads that the job began and left are aborted, also where a late part brings one back, and no others", async (t) => {
    const memory = createMemoryTarget();
    let aborts = 0;
    const target: MemoryTarget = {
      ...memory,
      uploads: {
        ...memory.uploads,
        abort: async (upload, given) => {
          aborts += 1;
          // The first abort meets a part that is still on its way.
          if (aborts > 1) await memory.uploads.abort(upload, given);
        },
      },
    };
    const rig = start(target);
    const { jobId } = await jobThatLostAWorker(rig, target);
    const ours = await target.uploads.begin("to/ours", attributes, options);
    const others = await target.uploads.begin("to/others", attributes, options);
    await rig.ledger.uploads.note(jobId, ours);
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("the job has ended", async () => (await stateOf(rig, jobId)) === "completed");
    assert.equal(await target.uploads.parts(ours, options), undefined);
    assert.notEqual(await target.uploads.parts(others, options), undefined);
    assert.equal(aborts, 2);
  });

  test("a target that refuses for good ends the job as failed, with the reason, and retry settles it again", async (t) => {
    const memory = createMemoryTarget();
    let refuses = true;
    const target: MemoryTarget = {
      ...memory,
      head: (key, given) =>
        refuses ? Promise.reject(new Fault("TARGET_CREDENTIALS_EXPIRED", "permanent")) : memory.head(key, given),
    };
    const rig = start(target);
    const { jobId } = await jobThatLostAWorker(rig, memory);
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("the job has failed", async () => (await stateOf(rig, jobId)) === "failed");
    assert.equal((await rig.ledger.jobs.get(jobId))?.stateReason?.code, "TARGET_CREDENTIALS_EXPIRED");
    assert.equal((await Array.fromAsync(rig.journal.read(jobId, options))).length, 3, "its rows can be read");
    refuses = false;
    await rig.ledger.failures.retry(jobId, []);
    await until("the job is completed", async () => (await stateOf(rig, jobId)) === "completed");
  });

  test("a master that looks again leaves a job that another master has ended", { timeout: 30_000 }, async () => {
    const target = createMemoryTarget();
    const rig = start(target);
    const { jobId } = await jobThatLostAWorker(rig, target);
    assert.ok(await rig.ledger.settling.beginSettling(jobId));
    let heads = 0;
    const settling: SettleLedger = {
      ...rig.ledger.settling,
      async toRecheck(id, limit) {
        const tasks = await rig.ledger.settling.toRecheck(id, limit);
        await rig.ledger.settling.end(id, { code: "TARGET_ACCESS_DENIED", message: "said the other master" });
        return tasks;
      },
    };
    const head: MemoryTarget["head"] = (key, given) => {
      heads += 1;
      assert.ok(heads <= 3, "it looks a second time");
      return target.head(key, given);
    };
    const parts = { settling, clock: rig.clock, newId, target: { head }, watch: unwatchedStore };
    await recheckTasks(jobId, parts, options);
    assert.equal(heads, 3);
  });

  test("the index of a running job's journal follows its commits", async (t) => {
    const rig = createRig({ source: sourceOf(numberedKeys(300)) });
    const { id } = await rig.submit({ tasks: { objectCountLimit: 100 } });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    await until("it is listed", async () => (await rig.ledger.jobs.counts(id))?.dispatchedTasks === 3);
    await rig.ledger.jobs.change(id, { change: "pause", reason: null });
    await rig.ledger.jobs.change(id, { change: "resume", sealedCredentials: undefined });
    const consumer = rig.tasks.consumer({ concurrency: 1 });
    let worked = 0;
    consumer.start(async (pointer) => {
      worked += 1;
      if (worked === 1) await rig.workOn(pointer);
      return "done";
    });
    t.after(() => consumer.stop("drain"));
    const rows = async () => (await Array.fromAsync(rig.journal.read(id, options))).length;
    await until("the first task's rows are read", async () => (await rows()) === 100);
    assert.equal(await stateOf(rig, id), "running");
  });
});
