import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createJobContexts } from "../src/job-context.ts";
import { createPathWatch } from "../src/path-watch.ts";
import { createTaskRun, keepPulse } from "../src/task-run.ts";
import { createTestHold, createWorld } from "./testing/world.ts";

const log = createLogger({ service: "worker", level: "fatal", version: "test" });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a task that has run for long goes back at once when the tunnel is cut, also after others have begun", async () => {
  const world = createWorld();
  const pointer = await world.plan(await world.lay({ "in/a": "a" }));
  const taken = await world.ledger.tasks.take(pointer, "worker-1");
  assert.ok(taken.answer === "held");
  const clock = createManualClock();
  const pathWatch = createPathWatch(clock, log);
  const jobs = createJobContexts({
    ledger: world.ledger.jobs,
    seal: createSeal(Buffer.alloc(32, 7)),
    openStores: () => ({
      source: world.source,
      targetFor: () => world.target,
      unlimited: { source: world.source, target: world.target },
      close: async () => {},
    }),
    pathWatch,
    log,
  });
  const job = await jobs.open(world.jobId, 0);
  const run = createTaskRun({ pointer, taken, hold: createTestHold(), work: job.work(() => {}) });
  const over = new AbortController();
  const beating = keepPulse(run, { ledger: world.ledger.tasks, clock, log, reopen: async () => {} }, over.signal);
  for (let second = 0; second < 90; second += 1) {
    clock.advance(1000);
    await turn();
  }
  job.work(() => {});
  pathWatch.sight({ barred: new Fault("TUNNEL_DOWN", "path"), barredTargets: new Map() });
  clock.advance(1000);
  await turn();
  assert.equal(run.stopped(), "path");
  over.abort();
  await beating;
  run.end();
  job.release();
  await jobs.close();
});
