import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { checksums } from "@causeway/shared/adapters/crc64/checksums.ts";
import type { FaultCode } from "@causeway/shared/domain/fault-codes.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import { noisyBytes } from "./testing/noise.ts";
import { createTestHold, createWorld, noSignal, type World, type WorldOptions } from "./testing/world.ts";

const key = "source_folder/large";
const targetKey = "destination_folder/large";
const partSize = 102_400;
/** Three groups of eight parts at most, the last part shorter. */
const bytes = noisyBytes(20 * partSize - 7, 1);
const partCount = 20;
const largeObjects = { multipartThreshold: partSize, spreadThreshold: 2 * partSize, partSize };

function createLargeWorld(options: WorldOptions = {}): World {
  return createWorld({ ...options, spec: { largeObjects, ...options.spec } });
}

/** Lays the object as one that was uploaded in parts, whose ETag proves nothing, and plans it. */
async function planLarge(world: World, seed: { readonly checksums?: Record<string, string> } = {}) {
  world.source.lay({ key, bytes, etag: "11111111111111111111111111111111-2", ...seed });
  const page = await world.source.listPage({ after: undefined, prefix: "source_folder/", limit: 10 }, noSignal);
  return world.plan(page.objects);
}

/** Runs whatever can be dispatched, one task after the other, until nothing is left. */
async function runAll(world: World): Promise<void> {
  const worker = world.worker();
  for (let turn = 0; turn < 200; turn += 1) {
    const [pointer] = await world.ledger.dispatch.dispatch(world.jobId, 1);
    if (pointer === undefined) return;
    await worker.runTask(pointer, createTestHold());
  }
  assert.fail("it does not come to an end");
}

/** Counts what is sent, and does something before a request of that number, counted from 1. */
function watched(
  before: { part?: (nth: number, signal: AbortSignal) => unknown; complete?: (nth: number) => unknown } = {},
) {
  const seen = { begins: 0, parts: 0, completes: 0 };
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    uploads: {
      ...real.uploads,
      begin(...args) {
        seen.begins += 1;
        return real.uploads.begin(...args);
      },
      async putPart(...args) {
        seen.parts += 1;
        await before.part?.(seen.parts, args[3].signal);
        return real.uploads.putPart(...args);
      },
      async complete(...args) {
        seen.completes += 1;
        await before.complete?.(seen.completes);
        return real.uploads.complete(...args);
      },
    },
  });
  return { seen, target };
}

/** Parts of these numbers are refused so often; a part that is not named is taken at once. */
const refusing = (refusals: Record<number, number>, code: FaultCode) => {
  const left = new Map(Object.entries(refusals));
  return (real: ObjectTarget): ObjectTarget => ({
    ...real,
    uploads: {
      ...real.uploads,
      async putPart(...args) {
        const times = left.get(String(args[1])) ?? 0;
        left.set(String(args[1]), times - 1);
        if (times > 0) throw new Fault(code, "transient");
        return real.uploads.putPart(...args);
      },
    },
  });
};

function refusingThrice(nth: number): void {
  if (nth <= 3) throw new Fault("TARGET_FAILED", "transient");
}

/** Completes, and its answer never comes. */
const lossy = (real: ObjectTarget): ObjectTarget => ({
  ...real,
  uploads: {
    ...real.uploads,
    async complete(...args) {
      await real.uploads.complete(...args);
      throw new Fault("TARGET_UNREACHABLE", "transient");
    },
  },
});

/** The CRC as S3 stores it. */
const stored = (algorithm: "crc64nvme", of: Uint8Array): string => {
  const crc = checksums.createStoredCrc(algorithm);
  crc.update(of);
  return Buffer.from(crc.value().toString(16).padStart(16, "0"), "hex").toString("base64");
};

const tally = async (world: World) => {
  const { tally: sums } = await world.counts();
  return [sums.copiedObjects, sums.skippedObjects, sums.failedObjects];
};

async function assertArrived(world: World, expected: Uint8Array = bytes): Promise<void> {
  assert.deepEqual(await tally(world), [1, 0, 0]);
  assert.equal((await world.target.head(targetKey, noSignal))?.crc64, checksums.crc64(expected));
  assert.equal((await world.counts()).tally.copiedBytes, expected.length);
  assert.equal(await world.ledger.settling.beginSettling(world.jobId), true);
}

test("a large object is begun by one task, copied by several and completed by the first, and counts once", async () => {
  const { seen, target } = watched();
  const world = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  assert.equal((await world.counts()).pendingTasks, 3);
  assert.deepEqual(await tally(world), [0, 0, 0]);
  await runAll(world);
  await assertArrived(world);
  assert.deepEqual(seen, { begins: 1, parts: partCount, completes: 1 });
  assert.equal((await world.counts()).succeededTasks, 4);
  assert.deepEqual(await world.ledger.uploads.list(world.jobId, 10), []);
  const [outcome, ...others] = await world.outcomes();
  assert.ok(outcome?.state === "copied" && others.length === 0);
  assert.deepEqual([outcome.sizeBytes, outcome.crc64], [bytes.length, String(checksums.crc64(bytes))]);
});

test("an object's attempts are those of its part that needed the most, whichever task sent it", async () => {
  const world = createLargeWorld({ target: refusing({ 2: 1, 3: 2, 17: 1 }, "TARGET_FAILED") });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  await assertArrived(world);
  assert.equal((await world.outcomes())[0]?.attempts, 3);
});

test("a completion that needs more attempts than any part gives the object's", async () => {
  const { target } = watched({ complete: refusingThrice });
  const flaky = refusing({ 2: 1 }, "TARGET_FAILED");
  const world = createLargeWorld({ target: (real) => target(flaky(real)) });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  await assertArrived(world);
  assert.equal((await world.outcomes())[0]?.attempts, 4);
});

test("an object that fails for one of its parts tells that part's attempts", { timeout: 60_000 }, async () => {
  const world = createLargeWorld({ target: refusing({ 12: Infinity }, "TARGET_CHECKSUM_MISMATCH") });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  const [outcome] = await world.outcomes();
  assert.ok(outcome?.state === "failed" && outcome.code === "TARGET_CHECKSUM_MISMATCH");
  assert.equal(outcome.attempts, 5);
});

test("an object that stands there already is skipped, and none of its parts is sent", async () => {
  const { seen, target } = watched();
  const world = createLargeWorld({ target, spec: { overwrite: "never" } });
  const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };
  await world.target.put({ key: targetKey, payload: { bytes }, attributes, ifThere: "replace" }, noSignal);
  await world.worker().runTask(await planLarge(world), createTestHold());
  assert.deepEqual(await tally(world), [0, 1, 0]);
  assert.equal(seen.begins, 0);
});

test("who gets a lost worker's group does not send again what was recorded", async () => {
  const dead = new AbortController();
  const { seen, target } = watched({
    part: (nth, signal) => (nth > 5 && nth <= 8 ? once(signal, "abort") : undefined),
  });
  const world = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  const group = await world.dispatch();
  void world.worker("dead").runTask(group, { isFresh: () => true, signal: dead.signal });
  while (seen.parts < 8) await wait(5);
  assert.equal(await world.worker("heir").runTask(group, createTestHold()), "done");
  await runAll(world);
  await assertArrived(world);
  assert.equal(seen.parts, partCount + 3, "only what the dead one had under way");
});

test("a paused job's group goes back with its parts, and goes on with the others", { timeout: 60_000 }, async () => {
  const gate = Promise.withResolvers<void>();
  const { seen, target } = watched({ part: (nth) => (nth > 5 ? gate.promise : undefined) });
  const world = createLargeWorld({ target });
  const worker = world.worker();
  await worker.runTask(await planLarge(world), createTestHold());
  const running = worker.runTask(await world.dispatch(), createTestHold());
  while (seen.parts < 8) await wait(5);
  await world.ledger.jobs.change(world.jobId, { change: "pause", reason: null });
  await wait(1500);
  gate.resolve();
  await running;
  await world.ledger.jobs.change(world.jobId, { change: "resume", sealedCredentials: undefined });
  await runAll(world);
  await assertArrived(world);
  assert.equal(seen.parts, partCount);
});

/** The outcome of an object that is replaced while its parts are sent. */
async function replacedMidway(next: Uint8Array) {
  const world: World = createLargeWorld({
    target: watched({
      part: (nth) =>
        nth === 11 ? world.source.lay({ key, bytes: next, etag: "22222222222222222222222222222222-2" }) : undefined,
    }).target,
  });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  await assertArrived(world, next);
  const [outcome] = await world.outcomes();
  return outcome;
}

test("an object that is replaced in the middle arrives as its new version", async () => {
  const outcome = await replacedMidway(noisyBytes(17 * partSize, 2));
  assert.deepEqual([outcome?.sourceEtag, outcome?.attempts], ["22222222222222222222222222222222-2", 2]);
});

test("the attempts of an object that has become too small to be spread count the upload that was given up", async () => {
  const outcome = await replacedMidway(noisyBytes(partSize / 2, 3));
  assert.equal(outcome?.attempts, 3, "the upload, the version that was listed, the present one");
});

test("an object that changes again and again fails, and a retry begins anew", async () => {
  let version = 1;
  let isRestless = true;
  const world: World = createLargeWorld({
    target: watched({
      part() {
        version += 1;
        if (isRestless) world.source.lay({ key, bytes, etag: `${String(version).padStart(32, "3")}-2` });
      },
    }).target,
  });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  assert.deepEqual(await tally(world), [0, 0, 1]);
  assert.deepEqual((await world.counts()).failuresByCode, { SOURCE_CHANGING: 1 });
  const [outcome] = await world.outcomes();
  assert.equal(outcome?.attempts, 4);
  isRestless = false;
  await world.ledger.failures.retry(world.jobId, []);
  await runAll(world);
  await assertArrived(world);
});

test("an upload that somebody aborts is begun anew, before its parts are there and after", async () => {
  const abortAll = async (): Promise<void> => {
    for (const upload of await world.ledger.uploads.list(world.jobId, 10)) {
      await world.target.uploads.abort(upload, noSignal);
    }
  };
  const { seen, target } = watched({
    part: (nth) => (nth === 7 ? abortAll() : undefined),
    complete: (nth) => (nth === 1 ? abortAll() : undefined),
  });
  const world: World = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  await assertArrived(world);
  assert.deepEqual([seen.begins, seen.completes], [3, 2]);
});

test("a completion whose answer is lost is found by looking at the object", async () => {
  const { seen, target } = watched();
  const world = createLargeWorld({ target: (real) => target(lossy(real)) });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  await assertArrived(world);
  assert.deepEqual(seen, { begins: 1, parts: partCount, completes: 1 });
});

test("a worker that dies behind the completion costs nothing: the object counts as copied, once", async () => {
  const { seen, target } = watched();
  const world = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  const groups = await world.ledger.dispatch.dispatch(world.jobId, 10);
  for (const group of groups) await world.worker().runTask(group, createTestHold());
  const complete = await world.dispatch();
  const deaf = { ...world.ledger, tasks: { ...world.ledger.tasks, commit: () => new Promise<never>(() => {}) } };
  void world.worker("dead", deaf).runTask(complete, createTestHold());
  while ((await world.target.head(targetKey, noSignal)) === undefined) await wait(5);
  assert.equal(await world.worker("heir").runTask(complete, createTestHold()), "done");
  await assertArrived(world);
  assert.deepEqual(seen, { begins: 1, parts: partCount, completes: 2 });
});

test("a part that is refused for good fails the object with its code, and takes its siblings away", async () => {
  let isRefusing = true;
  const { target } = watched({
    part(nth) {
      if (nth > 6 && isRefusing) throw new Fault("TARGET_ACCESS_DENIED", "permanent");
    },
  });
  const world = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  await runAll(world);
  assert.deepEqual(await tally(world), [0, 0, 1]);
  const counts = await world.counts();
  assert.deepEqual([counts.failuresByCode, counts.pendingTasks], [{ TARGET_ACCESS_DENIED: 1 }, 0]);
  const [noted] = await world.ledger.uploads.list(world.jobId, 10);
  assert.ok(noted !== undefined, "settling looks after it");
  assert.equal(await world.target.uploads.parts(noted, noSignal), undefined);
  isRefusing = false;
  await world.ledger.failures.retry(world.jobId, []);
  await runAll(world);
  await assertArrived(world);
});

test("a cancelled job copies no further parts and counts nothing of the object", { timeout: 60_000 }, async () => {
  const { seen, target } = watched({ part: (nth) => (nth > 5 ? wait(50) : undefined) });
  const world = createLargeWorld({ target });
  const worker = world.worker();
  await worker.runTask(await planLarge(world), createTestHold());
  await world.ledger.jobs.change(world.jobId, { change: "cancel" });
  assert.equal(await world.ledger.dispatch.dropBacklog(world.jobId, 10), 0);
  assert.equal(await world.ledger.settling.beginSettling(world.jobId), true);
  assert.deepEqual([await tally(world), seen.parts], [[0, 0, 0], 0]);
});

test("the source's own CRC is combined from those of the parts, and what it does not prove is never completed", async () => {
  const good = createLargeWorld();
  await good
    .worker()
    .runTask(await planLarge(good, { checksums: { crc64nvme: stored("crc64nvme", bytes) } }), createTestHold());
  await runAll(good);
  await assertArrived(good);
  const [outcome] = await good.outcomes();
  assert.equal(outcome?.state === "copied" ? outcome.proof : undefined, "crc64nvme");

  const { seen, target } = watched();
  const bad = createLargeWorld({ target });
  const other = { crc64nvme: stored("crc64nvme", bytes.subarray(1)) };
  await bad.worker().runTask(await planLarge(bad, { checksums: other }), createTestHold());
  await runAll(bad);
  assert.deepEqual((await bad.counts()).failuresByCode, { SOURCE_CHECKSUM_MISMATCH: 1 });
  assert.deepEqual([seen.begins, seen.completes], [4, 0]);
  assert.deepEqual(bad.target.keys(), []);
});

test("a process that has to end hands its group back with the parts that are there", async () => {
  const { seen, target } = watched({
    part: (nth, signal) => (nth > 5 && nth <= 8 ? once(signal, "abort") : undefined),
  });
  const world = createLargeWorld({ target });
  const worker = world.worker();
  await worker.runTask(await planLarge(world), createTestHold());
  const running = worker.runTask(await world.dispatch(), createTestHold());
  while (seen.parts < 8) await wait(5);
  world.handBack.abort();
  assert.equal(await running, "left");
  assert.equal((await world.counts()).pendingTasks, 3);
  const taken = await world.ledger.tasks.take(await world.dispatch(), "heir");
  assert.ok(taken.answer === "held");
  assert.deepEqual([taken.task.start, taken.parts.length], [1, 5]);
});

test(
  "a path that is down fails no part: the group goes back, and the object arrives later",
  { timeout: 90_000 },
  async () => {
    let isDown = false;
    const { target } = watched({
      part() {
        if (isDown) throw new Fault("PATH_REFUSED", "path");
      },
    });
    const world = createLargeWorld({ target });
    const worker = world.worker();
    await worker.runTask(await planLarge(world), createTestHold());
    isDown = true;
    const running = worker.runTask(await world.dispatch(), createTestHold());
    while ((await world.counts()).pendingTasks < 3) await wait(20);
    isDown = false;
    assert.equal(await running, "left");
    await runAll(world);
    await assertArrived(world);
  },
);

test("a group that keeps losing its worker runs alone, part by part, and fails the object after two more", async () => {
  const underway = { now: 0, most: 0 };
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    uploads: {
      ...real.uploads,
      async putPart(...args) {
        underway.now += 1;
        underway.most = Math.max(underway.most, underway.now);
        await wait(2);
        underway.now -= 1;
        return real.uploads.putPart(...args);
      },
    },
  });
  const world = createLargeWorld({ target });
  await world.worker().runTask(await planLarge(world), createTestHold());
  const patient = await world.dispatch();
  for (const dead of ["1", "2"]) await world.ledger.tasks.take(patient, dead);
  assert.equal(await world.worker().runTask(patient, createTestHold()), "done");
  assert.equal(underway.most, 1);

  const deadly = await world.dispatch();
  for (let start = 1; start <= 4; start += 1) {
    const taken = await world.ledger.tasks.take(deadly, String(start));
    assert.ok(taken.answer === "held");
    if (start >= 3) await world.ledger.tasks.suspect(taken.task, 0);
  }
  assert.equal(await world.worker().runTask(deadly, createTestHold()), "done");
  await runAll(world);
  assert.deepEqual((await world.counts()).failuresByCode, { WORKER_LOST: 1 });
  assert.deepEqual(await tally(world), [0, 0, 1]);
});

test("an object that has become small since it was listed is copied by the one task", async () => {
  const { seen, target } = watched();
  const world = createLargeWorld({ target });
  const pointer = await planLarge(world);
  const small = noisyBytes(1000, 3);
  world.source.lay({ key, bytes: small });
  await world.worker().runTask(pointer, createTestHold());
  await assertArrived(world, small);
  assert.equal(seen.begins, 0);
});
