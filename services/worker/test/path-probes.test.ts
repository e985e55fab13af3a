import assert from "node:assert/strict";
import { test } from "node:test";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createJobContexts } from "../src/job-context.ts";
import { createPathWatch } from "../src/path-watch.ts";
import { createWorld, noSignal } from "./testing/world.ts";

test("whether a path works is asked past the job's limits: a probe answers while every other request waits its turn", async () => {
  const world = createWorld();
  await world.plan(await world.lay({ "in/a": "a" }));
  const log = createLogger({ service: "worker", level: "fatal", version: "test" });
  const jobs = createJobContexts({
    ledger: world.ledger.jobs,
    seal: createSeal(Buffer.alloc(32, 7)),
    openStores: () => ({
      source: { ...world.source, listPage: waits },
      targetFor: () => ({ ...world.target, listPage: waits }),
      unlimited: { source: world.source, target: world.target },
      close: async () => {},
    }),
    pathWatch: createPathWatch(createSystemClock(), log),
    log,
  });
  const job = await jobs.open(world.jobId, 0);
  const { probes, source } = job.work(() => {});
  const waiting = source.listPage({ after: undefined, prefix: "", limit: 1 }, noSignal).then(() => "answered");
  await Promise.all([probes.source(noSignal.signal), probes.target(noSignal.signal)]);
  assert.equal(await Promise.race([waiting, Promise.resolve("still waits")]), "still waits");
  job.release();
  await jobs.close();
});

function waits(): Promise<never> {
  return new Promise(() => {});
}
