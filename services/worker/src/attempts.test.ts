import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createPersist } from "./attempts.ts";
import { createPathWatch } from "./path-watch.ts";
import { createScheduler } from "./scheduler.ts";

const halfHourMs = 1_800_000;
const { signal } = new AbortController();

/** Tries a step that throws this fault until `worksAtMs`; time moves on whenever everybody sleeps. */
async function persisting(fault: Fault, worksAtMs: number, patienceMs?: number) {
  const clock = createManualClock();
  const watch = createPathWatch(clock, createLogger({ service: "worker", level: "fatal", version: "test" }));
  const paths = { source: watch.path("source", "s"), target: watch.path("target", "t") };
  const scheduler = createScheduler({ connections: 4, memoryBytes: 1024, busyShare: () => 0 }, clock);
  const persist = createPersist({
    clock,
    scheduler,
    meter: { count() {}, time() {}, gauge() {}, timer: () => () => {} },
  });
  let attempts = 0;
  const how = { paths, signal, ...(patienceMs === undefined ? {} : { patienceMs }) };
  const step = async (): Promise<"done"> => {
    attempts += 1;
    if (clock.monotonicMs() < worksAtMs) throw fault;
    return "done";
  };
  const ended: ("done" | { readonly thrown: unknown })[] = [];
  void persist(step, how).then(
    (value) => ended.push(value),
    (thrown: unknown) => ended.push({ thrown }),
  );
  while (ended.length === 0) {
    await turn();
    if (clock.sleepers() > 0) clock.advance(100);
  }
  return { ended: ended[0], attempts, tookMs: clock.monotonicMs() };
}

const trouble = new Fault("SOURCE_FAILED", "transient", { said: "InternalError" });

test("a store that fails for twenty minutes costs a patient step its time, and nothing else", async () => {
  const { ended, tookMs } = await persisting(trouble, 1_200_000, halfHourMs);
  assert.equal(ended, "done");
  assert.ok(tookMs < 1_220_000, `${tookMs} ms`);
});

test("patience has an end: then the last fault is final", async () => {
  const { ended, tookMs } = await persisting(trouble, Infinity, halfHourMs);
  assert.deepEqual(ended, { thrown: trouble });
  assert.ok(tookMs >= halfHourMs && tookMs < halfHourMs + 20_000, `${tookMs} ms`);
});

test("without patience five attempts are all", async () => {
  const { ended, attempts } = await persisting(trouble, Infinity);
  assert.deepEqual([ended, attempts], [{ thrown: trouble }, 5]);
});

test("wrong bytes are no better for waiting: five attempts are all, however patient", async () => {
  for (const code of ["TARGET_CHECKSUM_MISMATCH", "SOURCE_BODY_TRUNCATED", "SOURCE_CHECKSUM_MISMATCH"] as const) {
    const fault = new Fault(code, "transient");
    const { ended, attempts } = await persisting(fault, Infinity, halfHourMs);
    assert.deepEqual([ended, attempts], [{ thrown: fault }, 5]);
  }
});

test("what is refused for good is not tried again, however patient", async () => {
  const { attempts } = await persisting(new Fault("TARGET_ACCESS_DENIED", "permanent"), Infinity, halfHourMs);
  assert.equal(attempts, 1);
});
