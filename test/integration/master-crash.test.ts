import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { leaseKey } from "@causeway/shared/adapters/redis/keys.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createSweeper } from "../../services/master/src/sweep.ts";
import { ended, journalled, specFor, startMaster, startWorld, until, type World } from "./master-world.ts";

const synthetic = (objects: number) =>
  ({ kind: "synthetic", objects, keys: { scheme: "sequential", prefix: "source_folder/" } }) as const;

describe("when a master dies", { timeout: 240_000 }, () => {
  test("in the middle of a shard, another goes on at its cursor: every object is planned once", async (t) => {
    const world = await startWorld(t, synthetic(40_000));
    if (world === undefined) return;
    world.stores.s3.setFaults({ rules: [{ fault: "latency", ms: 100 }] });
    const first = startMaster(t, world.env);
    const job = await world.submit();
    const listed = async () => (await world.ledger.jobs.counts(job.id))?.listedObjects ?? 0;
    await until("some pages are planned", async () => (await listed()) >= 5000);
    await first.kill("SIGKILL");
    const before = await listed();
    assert.ok(before < 40_000, "the master was killed too late to prove anything");
    startMaster(t, world.env);
    world.startWorker();
    const end = await ended(world, job.id, 120_000);
    assert.equal(end.state, "completed");
    const counts = await world.ledger.jobs.counts(job.id);
    assert.equal(counts?.listedObjects, 40_000);
    assert.equal(counts?.tally.copiedObjects, 40_000);
    const keys = await journalled(world, job.id);
    assert.equal(keys.length, 40_000);
    assert.equal(new Set(keys).size, 40_000);
  });

  test("between dispatch and the queue, the sweep queues the tasks again", async (t) => {
    const world = await startWorld(t, synthetic(500));
    if (world === undefined) return;
    const master = startMaster(t, world.env);
    const job = await world.submit({ tasks: { objectCountLimit: 10 } });
    await until("all is planned", async () => (await world.ledger.jobs.counts(job.id))?.listingFinished === true);
    await master.kill("SIGKILL");
    // What a master does that dies right behind it.
    const lost = await world.ledger.dispatch.dispatch(job.id, 20);
    assert.ok(lost.length > 0);
    const clock = createSystemClock();
    const later = { ...clock, now: () => clock.now() + 31_000 };
    const ledger = createRedisLedger(world.redis, { clock: later, holder: "sweeper" });
    const sweep = createSweeper({
      ledger: ledger.dispatch,
      jobs: ledger.jobs,
      failures: ledger.failures,
      tasks: world.tasks,
      clock,
      meter: { count: () => undefined, time: () => undefined, gauge: () => undefined, timer: () => () => undefined },
      log: createLogger({ service: "test", level: "fatal", version: "0" }),
    });
    await sweep();
    world.startWorker();
    startMaster(t, world.env);
    assert.equal((await ended(world, job.id)).state, "completed");
    assert.equal((await world.ledger.jobs.counts(job.id))?.tally.copiedObjects, 500);
    assert.equal(new Set(await journalled(world, job.id)).size, 500);
  });

  test("two masters at once, one told to stop in the middle: it leaves with 0 and the other finishes", async (t) => {
    const world = await startWorld(t, synthetic(20_000));
    if (world === undefined) return;
    world.stores.s3.setFaults({ rules: [{ fault: "latency", ms: 50 }] });
    const first = startMaster(t, world.env);
    // A process that still starts hears no signal, however far the other one is.
    await first.url();
    startMaster(t, world.env);
    world.startWorker();
    const job = await world.submit();
    await until("it has begun", async () => ((await world.ledger.jobs.counts(job.id))?.listedObjects ?? 0) > 0);
    assert.equal(await first.kill("SIGTERM"), 0, first.log.join("\n"));
    assert.equal((await ended(world, job.id, 120_000)).state, "completed");
    assert.equal((await world.ledger.jobs.counts(job.id))?.tally.copiedObjects, 20_000);
    assert.equal(new Set(await journalled(world, job.id)).size, 20_000);
  });
});

/** Who holds a duty's lease; null: nobody. */
const holderOf = async (world: World, duty: string) => await world.redis.get(leaseKey(duty));
/** 10 s are promised: a lease of 5 s and a look each second. A starved machine gets thrice that; the time is told. */
const takenOverWithinMs = 30_000;

test("duties of a master that is killed are another's within 10 s", { timeout: 120_000 }, async (t) => {
  const world = await startWorld(t, synthetic(100));
  if (world === undefined) return;
  // Who dispatches settles, too.
  const duties = ["dispatch", "sweep"];
  const holders = () => Promise.all(duties.map((duty) => holderOf(world, duty)));
  const first = startMaster(t, world.env);
  await until("the first one has every duty", async () => (await holders()).every((holder) => holder !== null));
  const [killed] = await holders();
  await startMaster(t, world.env).url();
  assert.deepEqual(await holders(), [killed, killed], "the second one waits");
  await first.kill("SIGKILL");
  const killedAtMs = performance.now();
  const moved = (holder: string | null) => holder !== null && holder !== killed;
  await until("the second one has every duty", async () => (await holders()).every(moved));
  const tookMs = performance.now() - killedAtMs;
  t.diagnostic(`the second one had every duty after ${tookMs.toFixed(0)} ms`);
  assert.ok(tookMs < takenOverWithinMs, `it took ${tookMs} ms`);
  world.startWorker();
  const job = await world.submit();
  assert.equal((await ended(world, job.id)).state, "completed");
});

test("a job of 100 objects behind one of ten million ends while that one goes on", { timeout: 240_000 }, async (t) => {
  const world = await startWorld(t, synthetic(10_000_000));
  if (world === undefined) return;
  startMaster(t, world.env);
  world.startWorker();
  const huge = await world.submit();
  const counts = async () => await world.ledger.jobs.counts(huge.id);
  await until("the huge one is under way", async () => ((await counts())?.tally.copiedObjects ?? 0) > 20_000);
  const small = await world.submit({
    // Of eleven digits all but the last two.
    source: { ...specFor(world.stores).source, prefix: "source_folder/object-000000000" },
    target: { ...specFor(world.stores).target, prefix: "small/" },
  });
  assert.equal((await ended(world, small.id, 120_000)).state, "completed");
  assert.equal((await world.ledger.jobs.counts(small.id))?.tally.copiedObjects, 100);
  const left = await counts();
  assert.ok((left?.tally.copiedObjects ?? 0) < 10_000_000, "the huge one is not over");
  assert.equal(await world.ledger.jobs.change(huge.id, { change: "cancel" }), "changed");
  assert.equal((await ended(world, huge.id, 120_000)).state, "cancelled");
});

test("a master without work costs almost nothing", { timeout: 60_000 }, async (t) => {
  const world = await startWorld(t, synthetic(1));
  if (world === undefined) return;
  const master = startMaster(t, world.env);
  await master.url();
  const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await world.redis.info("stats"))?.[1]);
  const before = await commands();
  await sleep(3000);
  const perSecond = ((await commands()) - before) / 3;
  assert.ok(perSecond < 100, `${perSecond} commands a second`);
});
