import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { never } from "../test/rig.ts";
import { type Patience, patiently, unwatchedStore } from "./patience.ts";

function start(act: () => Promise<string>, signal = never, throttling: Patience["throttling"] = "without-end") {
  const clock = createManualClock();
  const unanswered = "SOURCE_UNREACHABLE";
  const patience = {
    clock,
    patienceMs: 15_000,
    throttling,
    deadlineMs: 8000,
    unanswered,
    watch: unwatchedStore,
  } as const;
  const tried = patiently(act, patience, { signal });
  tried.catch(() => undefined);
  return { clock, tried };
}

/** Lets time pass in steps, with every turn that it makes due. */
async function pass(clock: ReturnType<typeof createManualClock>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    await turn();
  }
}

describe("patience", () => {
  test("a refusal that passes is borne", async () => {
    let tries = 0;
    const { clock, tried } = start(async () => {
      tries += 1;
      if (tries < 4) throw new Fault("SOURCE_UNREACHABLE", "transient");
      return "at last";
    });
    await pass(clock, 5000);
    assert.equal(await tried, "at last");
  });

  test("a refusal that does not pass is thrown within 15 s", async () => {
    const { clock, tried } = start(() => Promise.reject(new Fault("TARGET_UNREACHABLE", "path")));
    await pass(clock, 15_000);
    await assert.rejects(tried, /TARGET_UNREACHABLE/);
  });

  test("a permanent refusal is thrown at once", async () => {
    const { tried } = start(() => Promise.reject(new Fault("SOURCE_BUCKET_MISSING", "permanent")));
    await assert.rejects(tried, /SOURCE_BUCKET_MISSING/);
  });

  test("throttling is borne for as long as it lasts", async () => {
    let tries = 0;
    const { clock, tried } = start(async () => {
      tries += 1;
      if (tries <= 20) throw new Fault("SOURCE_THROTTLED", "throttled", { retryAfterMs: 5000 });
      return "through";
    });
    await pass(clock, 110_000);
    assert.equal(await tried, "through");
  });

  test("throttling from the first request on is borne no longer than other refusals where there is nothing to lose", async () => {
    const throttled = new Fault("SOURCE_THROTTLED", "throttled", { said: "SlowDown" });
    const { clock, tried } = start(() => Promise.reject(throttled), never, "like-others");
    await pass(clock, 15_000);
    await assert.rejects(tried, /SOURCE_THROTTLED: SlowDown/);
  });

  test("an endpoint that never answers is unreachable", async () => {
    const { clock, tried } = start(() => new Promise(() => undefined));
    await pass(clock, 30_000);
    await assert.rejects(tried, /SOURCE_UNREACHABLE: no answer within 8000 ms/);
  });

  test("the signal ends the waiting with its own reason, and a defect of ours is not borne", async () => {
    const stop = new AbortController();
    const { clock, tried } = start(() => Promise.reject(new Fault("SOURCE_FAILED", "transient")), stop.signal);
    await pass(clock, 500);
    stop.abort(new Error("enough"));
    await assert.rejects(tried, /enough/);
    await assert.rejects(start(() => Promise.reject(new TypeError("a defect"))).tried, /a defect/);
  });
});
