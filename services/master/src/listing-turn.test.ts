import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { createRig, quiet, type Rig, sourceOf } from "../test/rig.ts";
import { createBacklogGauge } from "./backlog-gauge.ts";
import { createListingBoard } from "./listing-board.ts";
import { createListingTurn, turnIsOver } from "./listing-turn.ts";

const away = new Fault("SOURCE_UNREACHABLE", "path");

/** The turns of a lister that has two slots, both of them with shards of one job. */
async function open() {
  const rig = createRig();
  const job = await rig.submit();
  const board = createListingBoard(2, rig.clock);
  const gauge = createBacklogGauge(rig.ledger.dispatch, 1 << 20, { ...rig.clock, monotonicMs: leaping() });
  const parts = { jobs: rig.ledger.jobs, log: quiet, gauge, board };
  for (const shardId of ["one", "two"]) {
    board.enter({ jobId: job.id, shardId, prefix: "", source: sourceOf([]) });
  }
  return { rig, job, turn: createListingTurn(await recordOf(rig, job), "one", parts) };
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
    const { turn } = await open();
    for (let n = 0; n < 5; n += 1) await turn.onRefused(away, 1000 * n);
    assert.equal(await turn.mayGoOn(), true);
  });

  test("waits no longer where another job has no slot", async () => {
    const { rig, turn } = await open();
    await rig.submit({ name: "another" });
    await assert.rejects(turn.onRefused(away, 0), turnIsOver);
  });

  for (const change of ["pause", "cancel"] as const) {
    test(`waits no longer once its job is to ${change}`, async () => {
      const { rig, job, turn } = await open();
      await rig.ledger.jobs.change(job.id, change === "pause" ? { change, reason: null } : { change });
      await assert.rejects(turn.onRefused(away, 0), turnIsOver);
    });
  }

  test("waits no longer with credentials that have been replaced", async () => {
    const { rig, job, turn } = await open();
    await rig.ledger.jobs.change(job.id, {
      change: "patch",
      limits: undefined,
      weight: undefined,
      sealedCredentials: "others",
    });
    await assert.rejects(turn.onRefused(away, 0), turnIsOver);
  });
});
