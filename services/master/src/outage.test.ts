import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createMemoryTarget, type MemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { someJob } from "@causeway/shared/testing/builders.ts";
import { createManualClock, type ManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createRig, never, quiet, sourceOf } from "../test/rig.ts";
import { checkJob } from "./check-job.ts";
import { unwatchedStore } from "./patience.ts";
import { targetPatience } from "./target-patience.ts";
import { tellSilence } from "./tell-trouble.ts";

const tenMinutesMs = 600_000;

/** A target behind a tunnel that is down until so late. */
function awayUntil(clock: ManualClock, atMs: number): MemoryTarget {
  const target = createMemoryTarget();
  const whenThere = <T>(act: () => Promise<T>): Promise<T> =>
    clock.monotonicMs() < atMs ? Promise.reject(new Fault("TARGET_UNREACHABLE", "path")) : act();
  return {
    ...target,
    listPage: (request, options) => whenThere(() => target.listPage(request, options)),
    head: (key, options) => whenThere(() => target.head(key, options)),
  };
}

/** Lets time pass in steps, with every turn that it makes due. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    clock.advance(1000);
    await turn();
  }
}

/** Checks a job whose target comes back after a quarter of an hour. */
function check(clock: ManualClock, job: "new" | "begun"): Promise<void> {
  const stores = { source: sourceOf([]), target: awayUntil(clock, clock.monotonicMs() + 1.5 * tenMinutesMs) };
  const checked = checkJob(
    someJob().spec,
    stores,
    { clock, job, watch: { source: unwatchedStore, target: unwatchedStore } },
    { signal: never },
  );
  checked.catch(() => undefined);
  return checked;
}

describe("a target that is away for more than ten minutes", () => {
  test("holds up a job that has begun, and does not end it", async () => {
    const clock = createManualClock();
    const checked = check(clock, "begun");
    await pass(clock, 2 * tenMinutesMs);
    await checked;
  });

  test("ends a job of which nothing was listed yet, within half a minute", async () => {
    const clock = createManualClock();
    const checked = check(clock, "new");
    await pass(clock, 30_000);
    await assert.rejects(checked, /TARGET_UNREACHABLE/);
  });

  test("holds up a job that settles, and does not end it", async () => {
    const clock = createManualClock();
    const target = awayUntil(clock, clock.monotonicMs() + 1.5 * tenMinutesMs);
    const held = targetPatience({ clock, watch: unwatchedStore })((options) => target.head("key", options), {
      signal: never,
    });
    held.catch(() => undefined);
    await pass(clock, 2 * tenMinutesMs);
    assert.equal(await held, undefined);
  });

  test("is why the job does not get on, for its people, until it is over", async () => {
    const clock = createManualClock();
    const rig = createRig({ clock });
    const { id } = await rig.submit();
    const target = awayUntil(clock, clock.monotonicMs() + tenMinutesMs);
    const watch = tellSilence({ jobId: id, side: "target" }, { jobs: rig.ledger.jobs, log: quiet });
    const held = targetPatience({ clock, watch })((options) => target.head("key", options), { signal: never });
    const reason = async () => (await rig.ledger.jobs.get(id))?.stateReason?.code;
    await pass(clock, 5000);
    assert.equal(await reason(), undefined, "what passes in seconds is nobody's news");
    for (let minute = 0; minute < 9; minute += 1) {
      await pass(clock, 60_000);
      assert.equal(await reason(), "TARGET_UNREACHABLE");
    }
    await pass(clock, 70_000);
    await held;
    assert.equal(await reason(), undefined);
  });

  test("is shown without a gap where it takes every call and answers none", async () => {
    const clock = createManualClock();
    const rig = createRig({ clock });
    const { id } = await rig.submit();
    const watch = tellSilence({ jobId: id, side: "target" }, { jobs: rig.ledger.jobs, log: quiet });
    const held = targetPatience({ clock, watch })(() => new Promise(() => undefined), { signal: never });
    held.catch(() => undefined);
    await pass(clock, 40_000);
    for (let step = 0; step < 30; step += 1) {
      assert.equal((await rig.ledger.jobs.get(id))?.stateReason?.code, "TARGET_UNREACHABLE");
      await pass(clock, 5000);
    }
  });

  test("is no news where it only throttles", async () => {
    const rig = createRig();
    const { id } = await rig.submit();
    const watch = tellSilence({ jobId: id, side: "target" }, { jobs: rig.ledger.jobs, log: quiet });
    await watch.onRefused(new Fault("TARGET_THROTTLED", "throttled"), tenMinutesMs);
    assert.equal((await rig.ledger.jobs.get(id))?.stateReason, null);
  });
});
