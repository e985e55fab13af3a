import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createJournal } from "@causeway/shared/adapters/journal/journal.ts";
import { createMemoryBlobStore } from "@causeway/shared/adapters/journal/memory-blobs.ts";
import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import { startRedisServer } from "@causeway/shared/testing/ledger-redis-server.ts";
import * as steps from "@causeway/shared/testing/ledger-steps.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { drainJournal } from "../src/journal-drain.ts";
import { createDispatcher } from "../src/dispatch.ts";
import { createSweeper } from "../src/sweep.ts";
import { everybodysLease } from "./everybodys-lease.ts";
import { createRig, never, noMeter, quiet, type Rig, stateOf, until } from "./rig.ts";

const server = await startRedisServer();
const redis = server && connectRedis({ url: server.url, ca: undefined, whileAway: "wait", log: quiet });
after(async () => {
  redis?.disconnect();
  await server?.stop();
});

const ledgers: Readonly<Record<string, ((clock: Clock) => Ledger) | undefined>> = {
  memory: createMemoryLedger,
  Redis: redis && ((clock) => createRedisLedger(redis, { clock, holder: "all" })),
};

for (const [where, openLedger] of Object.entries(ledgers)) {
  const skip = openLedger === undefined ? "redis-server is not installed" : false;
  const open = (clock: Clock) => openLedger?.(clock) ?? createMemoryLedger(clock);

  describe(`two holders at once of the ledger in ${where}`, { skip }, () => {
    test("dispatch: each task is queued once, as its first run", async () => {
      const { rig, ledger, holders } = rigOf(open(createSystemClock()));
      const jobId = await planned(rig, 60);
      await Promise.all(holders((parts) => createDispatcher(parts)).map(untilRest));
      const taskIds = ledger.queued.map(({ taskId }) => taskId);
      assert.equal(new Set(taskIds).size, 60);
      assert.equal(taskIds.length, 60, "no task is queued twice");
      assert.ok(ledger.queued.every(({ run }) => run === 1));
      await workTwice(rig, ledger.queued);
      assert.equal((await steps.counts(rig.ledger, jobId)).tally.copiedObjects, 120);
    });

    test("sweep: what is silent is queued again as the same run, and counted once whoever else comes back with it", async () => {
      const clock = createManualClock();
      const { rig, ledger, holders } = rigOf(open(clock), clock);
      const jobId = await planned(rig, 20);
      const pointers = await rig.ledger.dispatch.dispatch(jobId, 20);
      const vanished = await Promise.all(pointers.slice(0, 10).map((pointer) => steps.take(rig.ledger, pointer)));
      clock.advance(31_000);
      await Promise.all(holders((parts) => createSweeper(parts)).map(untilRest));
      assert.deepEqual(new Set(ledger.queued.map(nameOf)), new Set(pointers.map(nameOf)));
      const again = await Promise.all(pointers.map((pointer) => steps.take(rig.ledger, pointer)));
      const late = await Promise.all(vanished.map((held) => commitAll(rig, held)));
      assert.deepEqual(new Set(late), new Set(["refused"]), "those who were given up count nothing");
      await Promise.all([...again, ...again].map((held) => commitAll(rig, held)));
      const { tally, succeededTasks } = await steps.counts(rig.ledger, jobId);
      assert.deepEqual([tally.copiedObjects, succeededTasks], [40, 20]);
    });

    test("sweep: what a cancelled job's silent tasks had done is counted once, and kept for the journal once", async () => {
      const clock = createManualClock();
      const { rig, holders } = rigOf(open(clock), clock);
      const jobId = await planned(rig, 20);
      for (const pointer of await rig.ledger.dispatch.dispatch(jobId, 20)) {
        const held = await steps.take(rig.ledger, pointer);
        await rig.ledger.tasks.progress(held.task, steps.outcomesOf(held).slice(0, 1));
      }
      await rig.ledger.jobs.change(jobId, { change: "cancel" });
      clock.advance(31_000);
      await Promise.all(holders((parts) => createSweeper(parts)).map(untilRest));
      assert.equal((await steps.counts(rig.ledger, jobId)).tally.copiedObjects, 20);
      assert.equal((await rig.ledger.dropped.list(jobId, 1000)).length, 20);
      assert.equal((await rig.ledger.jobs.get(jobId))?.stateReason, null, "neither of them failed");
    });

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
}

/** Both holders' parts: their calls to the ledger take their time, so that they come between each other's. */
function rigOf(real: Ledger, clock: Clock = createSystemClock()) {
  const rig = createRig({ ledger: real, clock });
  const queued: TaskPointer[] = [];
  const tasks = {
    add: async (pointers: readonly TaskPointer[]) => {
      await sleep(Math.random() * 3);
      queued.push(...pointers);
    },
    waiting: async () => 0,
    close: async () => undefined,
  };
  const parts = () => ({
    ...real,
    ...rig,
    ledger: slow(real.dispatch),
    tasks,
    meter: noMeter,
    log: quiet,
    backlogBudgetBytes: 1 << 26,
    obstacle: () => undefined,
  });
  const holders = <T>(create: (given: ReturnType<typeof parts>) => T): readonly T[] =>
    [1, 2, 3].map(() => create(parts()));
  return { rig, ledger: { queued }, holders };
}

/** Who asks waits before and after the step itself, which is whole. */
function slow<T extends object>(port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "read") return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        await sleep(Math.random() * 3);
        const answer: unknown = await Reflect.apply(member, target, args);
        await sleep(Math.random() * 3);
        return answer;
      };
    },
  });
}

async function untilRest(duty: () => Promise<"again" | "rest">): Promise<void> {
  while ((await duty()) === "again");
}

/** A job that is listed: so many tasks of two objects. */
async function planned(rig: Rig, tasks: number): Promise<string> {
  const { id } = await rig.submit({
    name: `job-${steps.newId()}`,
    notify: { url: "https://example.com", on: ["ended"] },
  });
  const all = Array.from({ length: tasks }, (_, at) => steps.plannedTask(2, `${String(at).padStart(3, "0")}/`));
  await steps.plan(rig.ledger, id, all);
  await steps.finishListing(rig.ledger, id);
  return id;
}

const nameOf = ({ taskId, run }: TaskPointer): string => `${taskId}-${run}`;

async function workTwice(rig: Rig, pointers: readonly TaskPointer[]): Promise<void> {
  await Promise.all([...pointers, ...pointers].map((pointer) => rig.workOn(pointer)));
}

async function commitAll(rig: Rig, held: steps.HeldAnswer): Promise<string> {
  return (await rig.ledger.tasks.commit(held.task, steps.commitOf(held, steps.outcomesOf(held)))).answer;
}

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
