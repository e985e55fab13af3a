import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import type { Lane } from "./admission.ts";
import type { Held } from "./holdings.ts";
import { createScheduler } from "./scheduler.ts";

const never = new AbortController().signal;
const kibibyte = 1024;

interface Inside {
  readonly held: Held;
  readonly signal: AbortSignal;
  /** Whether it was read and waits for a connection to the target. */
  isPassing: boolean;
  readonly end: () => void;
}

function open(connections = 4, memoryBytes = 100 * kibibyte) {
  const clock = createManualClock();
  const scheduler = createScheduler({ connections, memoryBytes, busyShare: () => 0 }, clock);
  const admitted: string[] = [];
  const passed: string[] = [];
  const inside = new Map<string, Inside>();
  const written = async (name: string, one: Inside): Promise<void> => {
    try {
      await scheduler.toTarget(one.held, one.signal);
      one.isPassing = false;
      passed.push(name);
    } catch {
      inside.delete(name);
      passed.push(`${name} aborted`);
      one.end();
    }
  };
  return {
    clock,
    scheduler,
    admitted,
    passed,
    enter: (name: string, lane: Lane, bytes: number, signal: AbortSignal = never): void => {
      const work = (held: Held): Promise<void> => {
        admitted.push(name);
        return new Promise((end) => inside.set(name, { held, signal, isPassing: false, end }));
      };
      scheduler.hold({ lane, bytes }, signal, work).catch(() => admitted.push(`${name} aborted`));
    },
    /** A small object was read. */
    pass: async (name: string): Promise<void> => {
      const one = inside.get(name);
      if (one === undefined || one.isPassing || one.held.side !== "source") return;
      one.isPassing = true;
      void written(name, one);
      await turn();
    },
    leave: async (name: string): Promise<void> => {
      const one = inside.get(name);
      if (one === undefined || one.isPassing) return;
      inside.delete(name);
      one.end();
      await turn();
    },
    inside: (): readonly string[] => [...inside.keys()],
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a connection that is free is handed out at once", () => {
  const { scheduler, enter, admitted } = open();
  enter("a", "small", 1);
  assert.deepEqual(admitted, ["a"]);
  assert.deepEqual(scheduler.figures(), { reading: 1, writing: 0, writingSmall: 0, allowed: 4, bytes: 1 });
});

test("work that fails gives back what it had, and its fault goes through", async () => {
  const { scheduler } = open();
  await assert.rejects(
    scheduler.hold({ lane: "small", bytes: 5 }, never, () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.deepEqual(scheduler.figures(), { reading: 0, writing: 0, writingSmall: 0, allowed: 4, bytes: 0 });
});

test("who waits is admitted in the order of coming", async () => {
  const { admitted, enter, leave } = open(1);
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  await leave("a");
  assert.deepEqual(admitted, ["a", "b"]);
  await leave("b");
  assert.deepEqual(admitted, ["a", "b", "c"]);
});

test("small objects never wait behind large ones: those have half of the connections and of the memory", async () => {
  const { admitted, enter } = open(4, 100 * kibibyte);
  for (const name of ["L1", "L2", "L3"]) enter(name, "large", 10 * kibibyte);
  for (const name of ["s1", "s2"]) enter(name, "small", kibibyte);
  await turn();
  assert.deepEqual(admitted, ["L1", "L2", "s1", "s2"]);
});

test("large objects are not starved by an endless row of small ones", async () => {
  const { admitted, enter, leave } = open(4);
  for (const name of ["s1", "s2", "s3", "s4", "s5", "s6"]) enter(name, "small", 1);
  for (const name of ["L1", "L2", "L3"]) enter(name, "large", 1);
  await turn();
  for (const name of ["s1", "s2", "s3"]) await leave(name);
  assert.deepEqual(admitted, ["s1", "s2", "s3", "s4", "L1", "L2", "s5"]);
});

test("while small objects are written as many others are read, and memory is reserved for all of them", async () => {
  const { scheduler, admitted, passed, enter, pass, leave } = open(2);
  for (const name of ["a", "b", "c", "d", "e"]) enter(name, "small", 1);
  assert.deepEqual(admitted, ["a", "b"]);
  for (const name of ["a", "b"]) await pass(name);
  assert.deepEqual(passed, ["a", "b"]);
  assert.deepEqual(admitted, ["a", "b", "c", "d"]);
  assert.deepEqual(scheduler.figures(), { reading: 2, writing: 2, writingSmall: 2, allowed: 2, bytes: 4 });
  for (const name of ["a", "b"]) await leave(name);
  assert.deepEqual(admitted, ["a", "b", "c", "d"]);
  assert.deepEqual(scheduler.figures(), { reading: 2, writing: 0, writingSmall: 0, allowed: 2, bytes: 2 });
});

test("who was read keeps its connection to the source until there is one to the target: no more is read than is written", async () => {
  const { admitted, passed, enter, pass, leave } = open(2);
  for (const name of ["a", "b", "c", "d", "e"]) enter(name, "small", 1);
  for (const name of ["a", "b", "d", "c"]) await pass(name);
  assert.deepEqual(
    [passed, admitted],
    [
      ["a", "b"],
      ["a", "b", "c", "d"],
    ],
  );
  await leave("a");
  assert.deepEqual(
    [passed, admitted],
    [
      ["a", "b", "d"],
      ["a", "b", "c", "d", "e"],
    ],
  );
  await leave("b");
  assert.deepEqual(passed, ["a", "b", "d", "c"]);
});

test("who is aborted while it waits for a connection to the target gives back all it has", async () => {
  const { scheduler, admitted, passed, enter, pass, leave } = open(1);
  const stop = new AbortController();
  enter("a", "small", 1);
  await pass("a");
  enter("b", "small", 1, stop.signal);
  enter("c", "small", 1);
  await pass("b");
  assert.deepEqual(admitted, ["a", "b"]);
  stop.abort(new Error("enough"));
  await turn();
  assert.deepEqual(
    [passed, admitted],
    [
      ["a", "b aborted"],
      ["a", "b", "c"],
    ],
  );
  for (const name of ["a", "c"]) await leave(name);
  assert.deepEqual(scheduler.figures(), { reading: 0, writing: 0, writingSmall: 0, allowed: 1, bytes: 0 });
});

test("a large object needs a connection to both sides; of either the last one is kept for it", async () => {
  const { admitted, passed, enter, pass, leave } = open(2);
  for (const name of ["a", "b"]) enter(name, "small", 1);
  for (const name of ["a", "b"]) await pass(name);
  for (const name of ["c", "d"]) enter(name, "small", 1);
  enter("L", "large", 1);
  enter("e", "small", 1);
  for (const name of ["c", "d"]) await pass(name);
  await leave("a");
  assert.deepEqual(passed, ["a", "b"], "one connection to the target is free, and kept");
  await leave("b");
  assert.deepEqual(
    [passed, admitted],
    [
      ["a", "b", "c"],
      ["a", "b", "c", "d", "L"],
    ],
  );
  await leave("c");
  assert.deepEqual([passed, admitted.at(-1)], [["a", "b", "c", "d"], "e"]);
});

test("with one connection the lanes take turns", async () => {
  const { admitted, enter, leave } = open(1);
  for (const name of ["s1", "s2", "s3"]) enter(name, "small", 1);
  for (const name of ["L1", "L2"]) enter(name, "large", 1);
  for (const name of ["s1", "L1", "s2", "L2"]) await leave(name);
  assert.deepEqual(admitted, ["s1", "L1", "s2", "L2", "s3"]);
});

test("what is larger than half of the budget passes and counts as that half", async () => {
  const { scheduler, admitted, enter, leave } = open(10, 100);
  enter("huge", "small", 1000);
  enter("a", "small", 60);
  enter("b", "small", 1);
  assert.deepEqual(admitted, ["huge", "a"]);
  assert.equal(scheduler.figures().bytes, 100);
  await leave("huge");
  assert.deepEqual(admitted, ["huge", "a", "b"]);
});

test("who is aborted while waiting leaves the queue, and what was kept for it goes to others at once", async () => {
  const { admitted, enter } = open(10, 100);
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
  const { scheduler, admitted, enter } = open(4);
  scheduler.throttled(0);
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  assert.deepEqual(admitted, ["a", "b"]);
  assert.equal(scheduler.figures().allowed, 2);
});

test("after throttling the concurrency climbs back while work goes through", async () => {
  const { clock, scheduler, enter, leave, inside } = open(8);
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
);

test("under any mix of objects the budget holds, nobody waits for nothing, and everybody gets through", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 60 }), async (connections, steps) => {
      const world = open(connections, 100);
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
