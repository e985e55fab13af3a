import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import type { Lane } from "./admission.ts";
import { kibibyte, openScheduler } from "../test/testing/scheduler-rig.ts";

const never = new AbortController().signal;

test("a connection that is free is handed out at once", () => {
  const { scheduler, enter, admitted } = openScheduler();
  enter("a", "small", 1);
  assert.deepEqual(admitted, ["a"]);
  assert.deepEqual(scheduler.figures(), { reading: 1, writing: 0, writingSmall: 0, allowed: 4, bytes: 1 });
});

test("work that fails gives back what it had, and its fault goes through", async () => {
  const { scheduler } = openScheduler();
  await assert.rejects(
    scheduler.hold({ lane: "small", bytes: 5 }, never, () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.deepEqual(scheduler.figures(), { reading: 0, writing: 0, writingSmall: 0, allowed: 4, bytes: 0 });
});

test("who waits is admitted in the order of coming", async () => {
  const { admitted, enter, leave } = openScheduler(1);
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  await leave("a");
  assert.deepEqual(admitted, ["a", "b"]);
  await leave("b");
  assert.deepEqual(admitted, ["a", "b", "c"]);
});

test("small objects never wait behind large ones: those have half of the connections and of the memory", async () => {
  const { admitted, enter } = openScheduler(4, 100 * kibibyte);
  for (const name of ["L1", "L2", "L3"]) enter(name, "large", 10 * kibibyte);
  for (const name of ["s1", "s2"]) enter(name, "small", kibibyte);
  await turn();
  assert.deepEqual(admitted, ["L1", "L2", "s1", "s2"]);
});

test("large objects are not starved by an endless row of small ones", async () => {
  const { admitted, enter, leave } = openScheduler(4);
  for (const name of ["s1", "s2", "s3", "s4", "s5", "s6"]) enter(name, "small", 1);
  for (const name of ["L1", "L2", "L3"]) enter(name, "large", 1);
  await turn();
  for (const name of ["s1", "s2", "s3"]) await leave(name);
  assert.deepEqual(admitted, ["s1", "s2", "s3", "s4", "L1", "L2", "s5"]);
});

test("with one connection the lanes take turns", async () => {
  const { admitted, enter, leave } = openScheduler(1);
  for (const name of ["s1", "s2", "s3"]) enter(name, "small", 1);
  for (const name of ["L1", "L2"]) enter(name, "large", 1);
  for (const name of ["s1", "L1", "s2", "L2"]) await leave(name);
  assert.deepEqual(admitted, ["s1", "L1", "s2", "L2", "s3"]);
});

test("what is larger than half of the budget passes and counts as that half", async () => {
  const { scheduler, admitted, enter, leave } = openScheduler(10, 100);
  enter("huge", "small", 1000);
  enter("a", "small", 60);
  enter("b", "small", 1);
  assert.deepEqual(admitted, ["huge", "a"]);
  assert.equal(scheduler.figures().bytes, 100);
  await leave("huge");
  assert.deepEqual(admitted, ["huge", "a", "b"]);
});

test("who is aborted while waiting leaves the queue, and what was kept for it goes to others at once", async () => {
  const { admitted, enter } = openScheduler(10, 100);
  const stop = new AbortController();
  enter("s1", "small", 50);
  enter("s2", "small", 10);
  enter("L", "large", 45, stop.signal);
  enter("s3", "small", 30);
  await turn();
  assert.deepEqual(admitted, ["s1", "s2"]);
  stop.abort(new Error("enough"));
  await turn();
  assert.deepEqual(admitted, ["s1", "s2", "s3", "L aborted"]);
});

test("throttling halves what is handed out", () => {
  const { scheduler, admitted, enter } = openScheduler(4);
  scheduler.throttled(0);
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  assert.deepEqual(admitted, ["a", "b"]);
  assert.equal(scheduler.figures().allowed, 2);
});

test("after throttling the concurrency climbs back while work goes through", async () => {
  const { clock, scheduler, enter, leave, inside } = openScheduler(8);
  scheduler.throttled(0);
  clock.advance(2000);
  for (let n = 0; n < 400 && scheduler.figures().allowed < 8; n += 1) {
    enter(`w${n}`, "small", 1);
    clock.advance(20);
    const [oldest] = inside();
    if (n > 8 && oldest !== undefined) await leave(oldest);
  }
  assert.equal(scheduler.figures().allowed, 8);
});

const step = fc.oneof(
  fc.record({
    do: fc.constant("enter" as const),
    lane: fc.constantFrom<Lane>("small", "large"),
    bytes: fc.integer({ min: 0, max: 150 }),
  }),
  fc.record({ do: fc.constant("pass" as const), at: fc.nat(20) }),
  fc.record({ do: fc.constant("leave" as const), at: fc.nat(20) }),
  fc.record({ do: fc.constant("abort" as const), at: fc.nat(20) }),
  fc.record({ do: fc.constant("throttle" as const) }),
  fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 100, max: 1500 }) }),
);

test("under any mix of objects the budget holds, nobody waits for nothing, and everybody gets through", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 60 }), async (connections, steps) => {
      const world = openScheduler(connections, 100);
      const stops: AbortController[] = [];
      const holds = (): void => {
        const { bytes, reading, writing } = world.scheduler.figures();
        assert.ok(bytes <= 100, `${bytes} bytes`);
        assert.ok(reading <= connections, `${reading} connections to the source`);
        assert.ok(writing <= connections, `${writing} connections to the target`);
        assert.ok(
          reading + writing > 0 || world.admitted.length === stops.length,
          "somebody waits while nothing is in use",
        );
      };
      for (const [n, now] of steps.entries()) {
        if (now.do === "enter") {
          const stop = new AbortController();
          stops.push(stop);
          world.enter(`${n}`, now.lane, now.bytes, stop.signal);
        } else if (now.do === "pass") await world.pass(world.inside()[now.at] ?? "");
        else if (now.do === "leave") await world.leave(world.inside()[now.at] ?? "");
        else if (now.do === "abort") stops[now.at]?.abort(new Error("enough"));
        else if (now.do === "advance") world.clock.advance(now.ms);
        else world.scheduler.throttled(0);
        await turn();
        holds();
      }
      // Whoever is inside was read, or is written to its end.
      for (let n = 0; n <= 2 * stops.length && world.inside().length > 0; n += 1) {
        for (const name of world.inside()) await world.pass(name);
        holds();
        for (const name of world.inside()) await world.leave(name);
        holds();
      }
      assert.equal(world.admitted.length, stops.length);
      const { reading, writing, bytes } = world.scheduler.figures();
      assert.deepEqual([reading, writing, bytes], [0, 0, 0]);
    }),
    { numRuns: 300 },
  );
});
