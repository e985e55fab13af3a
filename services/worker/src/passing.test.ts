import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createScheduler, type Pass } from "./scheduler.ts";
import { openScheduler } from "../test/testing/scheduler-rig.ts";

const never = new AbortController().signal;

test("while small objects are written as many others are read, and memory is reserved for all of them", async () => {
  const { scheduler, admitted, passed, enter, pass, leave } = openScheduler(2);
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
  const { admitted, passed, enter, pass, leave } = openScheduler(2);
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
  const { scheduler, admitted, passed, enter, pass, leave } = openScheduler(1);
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
  const { admitted, passed, enter, pass, leave } = openScheduler(2);
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

test("work that fails while it is written gives back the connection to the target; who has passed cannot pass again", async () => {
  const { scheduler } = openScheduler();
  const work = async (pass: Pass): Promise<void> => {
    await pass();
    await pass();
    assert.deepEqual(scheduler.figures(), { reading: 0, writing: 1, writingSmall: 1, allowed: 4, bytes: 5 });
    throw new Error("broken");
  };
  await assert.rejects(scheduler.hold({ lane: "small", bytes: 5 }, never, work), /broken/);
  assert.deepEqual(scheduler.figures(), { reading: 0, writing: 0, writingSmall: 0, allowed: 4, bytes: 0 });
});

test("a large object has a connection to both sides from its beginning to its end", async () => {
  const { scheduler } = openScheduler();
  await scheduler.hold({ lane: "large", bytes: 5 }, never, async (pass) => {
    assert.equal(pass(), undefined);
    assert.deepEqual(scheduler.figures(), { reading: 1, writing: 1, writingSmall: 0, allowed: 4, bytes: 5 });
  });
  assert.deepEqual(scheduler.figures(), { reading: 0, writing: 0, writingSmall: 0, allowed: 4, bytes: 0 });
});

test("a target that becomes slower makes objects wait for connections, which is not taken for stores that are slow", async () => {
  const clock = createManualClock();
  const scheduler = createScheduler({ connections: 8, memoryBytes: 1000, busyShare: () => 0 }, clock);
  let writeMs = 50;
  const copy = async (pass: Pass): Promise<void> => {
    await clock.sleep(50, { signal: never });
    await pass();
    await clock.sleep(writeMs, { signal: never });
  };
  const go = async (forMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < forMs; passedMs += 10) {
      while (scheduler.waiting("small") < 8) void scheduler.hold({ lane: "small", bytes: 1 }, never, copy);
      await turn();
      clock.advance(10);
    }
  };
  await go(2000);
  writeMs = 450;
  await go(6000);
  assert.equal(scheduler.figures().allowed, 8);
  writeMs = 4000;
  await go(9000);
  assert.ok(scheduler.figures().allowed < 8, "a target that has become so slow is asked less");
});
