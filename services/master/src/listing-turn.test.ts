import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as breath } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { createManualClock, type ManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createRig, never, quiet, type Rig, sourceOf } from "../test/rig.ts";
import { createBacklogGauge } from "./backlog-gauge.ts";
import { createListingBoard } from "./listing-board.ts";
import { createListingTurn, turnIsOver } from "./listing-turn.ts";
import { outageMs } from "./patience.ts";
import { patientSource } from "./patient-source.ts";

const away = new Fault("SOURCE_UNREACHABLE", "path");

/** A lister of a job that has two slots, both of them with shards of it. Each of its turns may be another master's. */
async function open(clock = createManualClock()) {
  const rig = createRig({ clock });
  const job = await rig.submit();
  const [shard] = await rig.ledger.plans.shards(job.id);
  assert.ok(shard !== undefined);
  const gauge = createBacklogGauge(rig.ledger.dispatch, 1 << 20, { ...clock, monotonicMs: leaping() });
  const { jobs, silences } = rig.ledger;
  const record = await recordOf(rig, job);
  const nextTurn = () => {
    const board = createListingBoard(2, clock, () => {});
    for (const shardId of [shard.id, "two"]) {
      board.enter({ jobId: job.id, shardId, prefix: "", source: sourceOf([]) });
    }
    return createListingTurn(record, shard.id, { jobs, silences, clock, log: quiet, gauge, board });
  };
  return { rig, job, clock, nextTurn };
}

/** A second passes each time somebody looks, so that whoever asks the ledger now and then asks it always. */
function leaping(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1000);
}

async function recordOf(rig: Rig, { id }: JobRecord): Promise<JobRecord> {
  const record = await rig.ledger.jobs.get(id);
  assert.ok(record !== undefined);
  return record;
}

describe("a lister whose store is away", () => {
  test("waits for it while nobody else needs the slot", async () => {
    const { nextTurn } = await open();
    const turn = nextTurn();
    for (let n = 0; n < 5; n += 1) await turn.watch.source.onRefused(away, 1000 * n);
    assert.equal(await turn.mayGoOn(), true);
  });

  test("waits no longer where another job has no slot", async () => {
    const { rig, nextTurn } = await open();
    await rig.submit({ name: "another" });
    await assert.rejects(nextTurn().watch.target.onRefused(away, 0), turnIsOver);
  });

  for (const change of ["pause", "cancel"] as const) {
    test(`waits no longer once its job is to ${change}`, async () => {
      const { rig, job, nextTurn } = await open();
      await rig.ledger.jobs.change(job.id, change === "pause" ? { change, reason: null } : { change });
      await assert.rejects(nextTurn().watch.source.onRefused(away, 0), turnIsOver);
    });
  }

  test("waits no longer with credentials that have been replaced", async () => {
    const { rig, job, nextTurn } = await open();
    await rig.ledger.jobs.change(job.id, {
      change: "patch",
      limits: undefined,
      weight: undefined,
      sealedCredentials: "others",
    });
    await assert.rejects(nextTurn().watch.source.onRefused(away, 0), turnIsOver);
  });
});

/** A page is asked for, in a turn of its own, while time passes; answers what the turn ended with. */
async function askOnce({ clock, nextTurn }: Awaited<ReturnType<typeof open>>, listPage: () => Promise<never>) {
  const parts = { clock, watch: nextTurn().watch.source };
  const asked = patientSource({ listPage }, parts).listPage(
    { after: undefined, prefix: "", limit: 1000 },
    { signal: never },
  );
  const ended: { with?: unknown } = {};
  asked.catch((thrown: unknown) => (ended.with = thrown));
  for (let second = 0; second < 90 && ended.with === undefined; second += 1) await pass(clock, 1000);
  return ended.with;
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 5; turn += 1) await breath();
}

describe("a store that is silent while two jobs share a lister in turns", () => {
  const silences = {
    "refuses every call": () => Promise.reject(away),
    "takes every call and answers none": () => new Promise<never>(() => undefined),
  };
  for (const [what, listPage] of Object.entries(silences)) {
    test(`and ${what} ends its job's listing an hour after the first call, and is why it does not get on`, async () => {
      const lister = await open();
      const { rig, job, clock } = lister;
      await rig.submit({ name: "another" });
      const begunMs = clock.now();
      let ended: unknown = turnIsOver;
      for (let turns = 0; turns < 200 && ended === turnIsOver; turns += 1) {
        ended = await askOnce(lister, listPage);
        if (turns > 0) assert.equal((await recordOf(rig, job)).stateReason?.code, "SOURCE_UNREACHABLE");
        // The other job's turn.
        await pass(clock, 45_000);
        if (turns > 0) assert.equal((await recordOf(rig, job)).stateReason?.code, "SOURCE_UNREACHABLE");
      }
      assert.ok(ended instanceof Fault && ended.code === "SOURCE_UNREACHABLE", String(ended));
      const lastedMs = clock.now() - begunMs;
      assert.ok(lastedMs >= outageMs && lastedMs < outageMs + 300_000, `after ${lastedMs} ms`);
    });
  }

  test("and answers begins a new hour with its next silence, and shows no reason any more", async () => {
    const lister = await open();
    const { rig, job, clock, nextTurn } = lister;
    await rig.submit({ name: "another" });
    for (let turns = 0; turns < 30; turns += 1) {
      assert.equal(await askOnce(lister, () => Promise.reject(away)), turnIsOver);
      await pass(clock, 60_000);
    }
    assert.equal((await recordOf(rig, job)).stateReason?.code, "SOURCE_UNREACHABLE");
    await nextTurn().watch.source.onAnswered();
    assert.equal((await recordOf(rig, job)).stateReason, null);
    for (let turns = 0; turns < 50; turns += 1) {
      assert.equal(await askOnce(lister, () => Promise.reject(away)), turnIsOver);
      await pass(clock, 60_000);
    }
  });
});
