import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import { type World, createTestHold, createWorld } from "./testing/world.ts";

const bodies = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`source_folder/${String(n).padStart(4, "0")}`, `body ${n}`]),
  );

/** A target whose PUTs wait at a gate, except for the first `free` of them. */
function gated(free: number) {
  const gate = Promise.withResolvers<void>();
  const seen = { puts: 0, finished: 0 };
  const target = (real: ObjectTarget): ObjectTarget => ({
    ...real,
    async put(request, options) {
      seen.puts += 1;
      if (seen.puts > free) {
        const aborted = new Promise((_, reject) =>
          options.signal.addEventListener("abort", () => reject(options.signal.reason)),
        );
        await Promise.race([gate.promise, aborted]);
      }
      const stored = await real.put(request, options);
      seen.finished += 1;
      return stored;
    },
  });
  return { target, seen, open: () => gate.resolve() };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, "it did not come about in time");
    await wait(20);
  }
}

const tally = async (world: World) => {
  const { tally: sums } = await world.counts();
  return [sums.copiedObjects, sums.skippedObjects, sums.failedObjects];
};

test("a task that was committed is nothing to do", async () => {
  const world = createWorld();
  const pointer = await world.plan(await world.lay(bodies(3)));
  const { runTask } = world.worker();
  assert.equal(await runTask(pointer, createTestHold()), "done");
  assert.equal(await runTask(pointer, createTestHold()), "left");
  assert.deepEqual(await tally(world), [3, 0, 0]);
});

test("a worker that dies between the PUTs and the commit costs nothing: all count as copied, once", async () => {
  const world = createWorld();
  const pointer = await world.plan(await world.lay(bodies(20)));
  // The first worker writes everything and is never heard of again: its commit does not reach the ledger.
  const deaf = { ...world.ledger, tasks: { ...world.ledger.tasks, commit: () => new Promise<never>(() => {}) } };
  void world.worker("dead", deaf).runTask(pointer, createTestHold());
  await until(() => world.target.keys().length === 20);
  const before = world.target.keys().map((key) => world.target.held(key));
  assert.equal(await world.worker("heir").runTask(pointer, createTestHold()), "done");
  assert.deepEqual(await tally(world), [20, 0, 0]);
  assert.deepEqual(
    world.target.keys().map((key) => world.target.held(key)),
    before,
    "nothing was written again",
  );
});

test("a worker that wakes up late writes nothing more, and its commit changes nothing", async () => {
  const { target, seen, open } = gated(5);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(40)));
  const hold = createTestHold();
  const sleeper = world.worker("sleeper").runTask(pointer, hold);
  await until(() => seen.finished === 5);
  hold.fresh = false;
  const putsBefore = seen.puts;
  const heir = world.worker("heir").runTask(pointer, createTestHold());
  await until(() => seen.puts > putsBefore);
  open();
  assert.equal(await heir, "done");
  assert.equal(await sleeper, "left");
  assert.deepEqual(await tally(world), [40, 0, 0]);
});

test("a hold that goes stale lets no further PUT through", async () => {
  const { target, seen, open } = gated(3);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(60)));
  const hold = createTestHold();
  const running = world.worker().runTask(pointer, hold);
  await until(() => seen.finished === 3);
  hold.fresh = false;
  const puts = seen.puts;
  open();
  assert.equal(await running, "left");
  assert.equal(seen.puts, puts);
  // It came back by itself: another worker goes on without waiting for anybody's timeout.
  const again = await world.dispatch();
  assert.equal(await world.worker("heir").runTask(again, createTestHold()), "done");
  assert.deepEqual(await tally(world), [60, 0, 0]);
});

test(
  "a paused job's task goes back with its progress, and nothing is copied twice when it is resumed",
  { timeout: 60_000 },
  async () => {
    const { target, seen, open } = gated(10);
    const world = createWorld({ target });
    const pointer = await world.plan(await world.lay(bodies(50)));
    const running = world.worker().runTask(pointer, createTestHold());
    await until(() => seen.finished === 10);
    await world.ledger.jobs.change(world.jobId, { change: "pause", reason: null });
    assert.equal(await running, "left");
    assert.equal((await world.counts()).pendingTasks, 1);
    await world.ledger.jobs.change(world.jobId, { change: "resume", sealedCredentials: undefined });
    open();
    assert.equal(await world.worker().runTask(await world.dispatch(), createTestHold()), "done");
    assert.deepEqual(await tally(world), [50, 0, 0]);
    assert.equal(seen.finished, 50);
    assert.equal((await world.outcomes()).length, 50);
  },
);

test("a cancelled job counts what is done, and drops the rest", { timeout: 60_000 }, async () => {
  const { target, seen } = gated(10);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(50)));
  const running = world.worker().runTask(pointer, createTestHold());
  await until(() => seen.finished === 10);
  await world.ledger.jobs.change(world.jobId, { change: "cancel" });
  assert.equal(await running, "done");
  assert.deepEqual(await tally(world), [10, 0, 0]);
  assert.equal((await world.outcomes()).length, 10);
});

test("a process that has to end hands its task back with its progress", async () => {
  const { target, seen, open } = gated(10);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(50)));
  const running = world.worker().runTask(pointer, createTestHold());
  await until(() => seen.finished === 10);
  world.handBack.abort();
  assert.equal(await running, "left");
  open();
  const { running: held, pendingTasks, tally: sums } = await world.counts();
  assert.deepEqual([held.length, pendingTasks], [0, 1]);
  assert.equal(sums.failedObjects, 0);
});

test(
  "a path that is down fails no object: the task goes back, and the worker goes on when the path works",
  { timeout: 90_000 },
  async () => {
    let isDown = true;
    const target = (real: ObjectTarget): ObjectTarget => ({
      ...real,
      listPage: (request, options) =>
        isDown ? Promise.reject(new Fault("PATH_REFUSED", "path")) : real.listPage(request, options),
      put: (request, options) =>
        isDown ? Promise.reject(new Fault("PATH_REFUSED", "path")) : real.put(request, options),
    });
    const world = createWorld({ target });
    const pointer = await world.plan(await world.lay(bodies(10)));
    const worker = world.worker();
    let changes = 0;
    worker.pathWatch.onChange(() => (changes += 1));
    const running = worker.runTask(pointer, createTestHold());
    await until(() => worker.pathWatch.isAllDown());
    await until(async () => (await world.counts()).pendingTasks === 1);
    isDown = false;
    assert.equal(await running, "left");
    assert.equal(worker.pathWatch.isAllDown(), false);
    assert.equal(changes, 2);
    assert.equal(await worker.runTask(await world.dispatch(), createTestHold()), "done");
    assert.deepEqual(await tally(world), [10, 0, 0]);
  },
);

test("a task on its third start runs object by object, and names the object first", async () => {
  const underway = { now: 0, most: 0 };
  const source = (real: ObjectSource): ObjectSource => ({
    ...real,
    async read(request, options) {
      underway.now += 1;
      underway.most = Math.max(underway.most, underway.now);
      await wait(1);
      underway.now -= 1;
      return real.read(request, options);
    },
  });
  const world = createWorld({ source });
  const pointer = await world.plan(await world.lay(bodies(10)));
  const suspects: number[] = [];
  const tasks = {
    ...world.ledger.tasks,
    suspect: async (...[task, index]: Parameters<typeof world.ledger.tasks.suspect>) => {
      suspects.push(index);
      await world.ledger.tasks.suspect(task, index);
    },
  };
  for (const dead of ["1", "2"]) await world.ledger.tasks.take(pointer, dead);
  assert.equal(await world.worker("3", { ...world.ledger, tasks }).runTask(pointer, createTestHold()), "done");
  assert.deepEqual(suspects, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(underway.most, 1);
  assert.deepEqual(await tally(world), [10, 0, 0]);
});

test("an object over which two workers died fails with its own code, and the others arrive", async () => {
  const world = createWorld();
  const pointer = await world.plan(await world.lay(bodies(4)));
  for (let start = 1; start <= 4; start += 1) {
    const taken = await world.ledger.tasks.take(pointer, String(start));
    assert.ok(taken.answer === "held");
    if (start >= 3) await world.ledger.tasks.suspect(taken.task, 2);
  }
  assert.equal(await world.worker().runTask(pointer, createTestHold()), "done");
  const { failuresByCode } = await world.counts();
  assert.deepEqual(failuresByCode, { WORKER_LOST: 1 });
  assert.deepEqual(await tally(world), [3, 0, 1]);
});

test("outcomes that an earlier holder recorded hold: they are adopted, not counted twice", async () => {
  const { target, seen, open } = gated(0);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(3)));
  const taken = await world.ledger.tasks.take(pointer, "first");
  assert.ok(taken.answer === "held");
  const object = taken.manifest.objects[1];
  assert.ok(object);
  const done = {
    state: "skipped" as const,
    index: 1,
    key: object.key,
    sizeBytes: object.sizeBytes,
    sourceEtag: object.etag,
    attempts: 1,
    atMs: 1,
    targetKey: "destination_folder/0001",
    because: "already-there" as const,
  };
  await world.ledger.tasks.progress(taken.task, [done]);
  const running = world.worker().runTask(pointer, createTestHold());
  await until(() => seen.puts === 2);
  open();
  assert.equal(await running, "done");
  assert.deepEqual(await tally(world), [2, 1, 0]);
  assert.deepEqual(
    (await world.outcomes()).map(({ state }) => state),
    ["copied", "skipped", "copied"],
  );
});

test("new credentials take effect in the middle of a task", { timeout: 60_000 }, async () => {
  const { target, seen, open } = gated(1);
  const world = createWorld({ target });
  const pointer = await world.plan(await world.lay(bodies(40)));
  const running = world.worker().runTask(pointer, createTestHold());
  await until(() => seen.finished === 1);
  assert.equal(world.opened(), 1);
  await world.ledger.jobs.change(world.jobId, {
    change: "patch",
    limits: undefined,
    weight: undefined,
    sealedCredentials: world.sealed(),
  });
  await until(() => world.opened() === 2);
  open();
  assert.equal(await running, "done");
  assert.deepEqual(await tally(world), [40, 0, 0]);
});

test("a journal that cannot be written for a moment delays the commit, no more", { timeout: 60_000 }, async () => {
  let faults = 2;
  const world = createWorld({
    journal: (real) => ({
      ...real,
      writePart(...args) {
        faults -= 1;
        return faults >= 0 ? Promise.reject(new Error("the disk is full")) : real.writePart(...args);
      },
    }),
  });
  const pointer = await world.plan(await world.lay(bodies(2)));
  assert.equal(await world.worker().runTask(pointer, createTestHold()), "done");
  assert.deepEqual(await tally(world), [2, 0, 0]);
});

test(
  "a path that goes down in the grace of a pause fails no object, and is probed until it works",
  { timeout: 60_000 },
  async () => {
    const reading = Promise.withResolvers<void>();
    let isDown = true;
    const source = (real: ObjectSource): ObjectSource => ({
      ...real,
      async read(request, options) {
        if (!isDown) return real.read(request, options);
        reading.resolve();
        // The pulse learns of the pause before the answer comes.
        await wait(2500);
        throw new Fault("CLOCK_SKEWED", "path");
      },
    });
    const world = createWorld({ source });
    const pointer = await world.plan(await world.lay(bodies(1)));
    const worker = world.worker();
    const running = worker.runTask(pointer, createTestHold());
    await reading.promise;
    await world.ledger.jobs.change(world.jobId, { change: "pause", reason: null });
    assert.equal(await running, "left");
    assert.deepEqual((await world.counts()).failuresByCode, {});
    await until(() => !worker.pathWatch.isAllDown());
    isDown = false;
    await world.ledger.jobs.change(world.jobId, { change: "resume", sealedCredentials: undefined });
    assert.equal(await worker.runTask(await world.dispatch(), createTestHold()), "done");
    assert.deepEqual(await tally(world), [1, 0, 0]);
  },
);

test(
  "a journal that is away puts the task back with its progress, and counts no start",
  { timeout: 60_000 },
  async () => {
    let isAway = true;
    const world = createWorld({
      journal: (real) => ({
        ...real,
        writePart: (...args) =>
          isAway ? Promise.reject(new Fault("JOURNAL_FAILED", "path")) : real.writePart(...args),
      }),
    });
    const pointer = await world.plan(await world.lay(bodies(3)));
    assert.equal(await world.worker().runTask(pointer, createTestHold()), "left");
    isAway = false;
    const taken = await world.ledger.tasks.take(await world.dispatch(), "heir");
    assert.ok(taken.answer === "held" && taken.task.start === 1);
    assert.equal(taken.progress.length, 3);
    await world.ledger.tasks.handBack(taken.task);
    assert.equal(await world.worker().runTask(await world.dispatch(), createTestHold()), "done");
    assert.deepEqual(await tally(world), [3, 0, 0]);
    assert.equal((await world.outcomes()).length, 3);
  },
);

for (const [why, stop] of [
  ["its process has to end", (world: World) => world.handBack.abort()],
  [
    "it was paused before",
    async (world: World) => {
      await world.ledger.jobs.change(world.jobId, { change: "pause", reason: null });
      // The pulse learns of the pause before the job is cancelled.
      await wait(2000);
    },
  ],
] as const) {
  test(
    `a task of a cancelled job that is left because ${why} journals what it counts`,
    { timeout: 60_000 },
    async () => {
      const { target, seen } = gated(10);
      const world = createWorld({ target });
      const pointer = await world.plan(await world.lay(bodies(50)));
      const running = world.worker().runTask(pointer, createTestHold());
      await until(() => seen.finished === 10);
      await stop(world);
      await world.ledger.jobs.change(world.jobId, { change: "cancel" });
      await running;
      assert.deepEqual(await tally(world), [10, 0, 0]);
      assert.equal((await world.outcomes()).length, 10);
    },
  );
}

test("what settling looks at again is the version that was copied, not the one that was listed", async () => {
  const world = createWorld();
  const pointer = await world.plan(await world.lay({ "source_folder/a": "listed" }));
  await world.ledger.tasks.take(pointer, "dead");
  world.source.lay({ key: "source_folder/a", bytes: Buffer.from("a newer one, and longer") });
  assert.equal(await world.worker().runTask(pointer, createTestHold()), "done");
  const [entry] = await world.ledger.settling.toRecheck(world.jobId, 10);
  assert.equal(entry?.written[0]?.source.sizeBytes, 23);
  assert.equal(entry.written[0].source.etag, createHash("md5").update("a newer one, and longer").digest("hex"));
});
