import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createSweeper } from "../../services/master/src/sweep.ts";
import { ended, journalled, startMaster, startWorld, until } from "./master-world.ts";

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
