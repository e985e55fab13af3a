import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createSystemClock } from "./clock.ts";

describe("clocks", () => {
  for (const [name, clock] of [
    ["the system's", createSystemClock()],
    ["the manual one", createManualClock()],
  ] as const) {
    test(`${name}: sleep rejects with the signal's own reason`, async () => {
      const stop = new AbortController();
      const slept = clock.sleep(60_000, { signal: stop.signal });
      stop.abort(new Error("enough"));
      await assert.rejects(slept, /enough/);
      await assert.rejects(clock.sleep(60_000, { signal: stop.signal }), /enough/);
    });
  }

  test("a manual clock wakes its sleepers when their time has come", async () => {
    const clock = createManualClock();
    const slept = clock.sleep(1000, { signal: new AbortController().signal });
    clock.advance(999);
    assert.equal(clock.sleepers(), 1);
    clock.advance(1);
    await slept;
    assert.equal(clock.monotonicMs(), 1000);
  });
});
