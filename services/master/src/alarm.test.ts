import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createAlarm } from "./alarm.ts";

/** A pause of a second in a clock that stands still, and whether it is over. */
function open(leastMs: number) {
  const clock = createManualClock();
  const alarm = createAlarm(clock, leastMs);
  const begin = () => {
    let isOver = false;
    void alarm.pause(1000).then(() => (isOver = true));
    return async (): Promise<boolean> => {
      await turn();
      return isOver;
    };
  };
  return { clock, alarm, begin };
}

test("a pause lasts its time where nothing rings", async () => {
  const { clock, begin } = open(25);
  const isOver = begin();
  clock.advance(999);
  assert.equal(await isOver(), false);
  clock.advance(1);
  assert.equal(await isOver(), true);
});

test("a ring ends the pause at once where the least time has passed, else as soon as it has", async () => {
  const { clock, alarm, begin } = open(25);
  const first = begin();
  clock.advance(30);
  alarm.ring();
  assert.equal(await first(), true);
  const second = begin();
  clock.advance(10);
  alarm.ring();
  assert.equal(await second(), false);
  clock.advance(15);
  assert.equal(await second(), true);
});

test("a ring between two pauses ends the next one, and only that", async () => {
  const { clock, alarm, begin } = open(0);
  alarm.ring();
  alarm.ring();
  assert.equal(await begin()(), true);
  const isOver = begin();
  assert.equal(await isOver(), false);
  clock.advance(1000);
  assert.equal(await isOver(), true);
});
