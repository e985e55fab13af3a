import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { type Lane, createScheduler } from "./scheduler.ts";

const never = new AbortController().signal;
const kibibyte = 1024;

function open(connections = 4, memoryBytes = 100 * kibibyte) {
  const scheduler = createScheduler({ connections, memoryBytes }, createManualClock());
  const admitted: string[] = [];
  return {
    scheduler,
    admitted,
    enter: (name: string, lane: Lane, bytes: number, signal: AbortSignal = never): void => {
      const waited = scheduler.enter(lane, bytes, signal);
      if (waited === undefined) admitted.push(name);
      else {
        void waited.then(
          () => admitted.push(name),
          () => admitted.push(`${name} aborted`),
        );
      }
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a connection that is free is handed out at once", () => {
  const { scheduler } = open();
  assert.equal(scheduler.enter("small", 1, never), undefined);
  assert.deepEqual(scheduler.figures(), { connections: 1, allowed: 4, bytes: 1 });
});

test("who waits is admitted in the order of coming", async () => {
  const { scheduler, admitted, enter } = open(1);
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  scheduler.leave("small", 1);
  await turn();
  assert.deepEqual(admitted, ["a", "b"]);
  scheduler.leave("small", 1);
  await turn();
  assert.deepEqual(admitted, ["a", "b", "c"]);
});

test("small objects never wait behind large ones: those have half of the connections and of the memory", async () => {
  const { admitted, enter } = open(4, 100 * kibibyte);
  for (const name of ["L1", "L2", "L3"]) enter(name, "large", 10 * kibibyte);
  for (const name of ["s1", "s2"]) enter(name, "small", kibibyte);
  await turn();
  assert.deepEqual(admitted, ["L1", "L2", "s1", "s2"]);
});

test("memory stays within the budget, and what is larger than the budget goes alone", async () => {
  const { scheduler, admitted, enter } = open(10, 100);
  enter("a", "small", 60);
  enter("b", "small", 60);
  assert.deepEqual(admitted, ["a"]);
  scheduler.leave("small", 60);
  await turn();
  assert.deepEqual(admitted, ["a", "b"]);
  enter("huge", "small", 1000);
  scheduler.leave("small", 60);
  await turn();
  assert.deepEqual(admitted, ["a", "b", "huge"]);
});

test("who is aborted while waiting leaves the queue", async () => {
  const { scheduler, admitted, enter } = open(1);
  const stop = new AbortController();
  enter("a", "small", 1);
  enter("b", "small", 1, stop.signal);
  enter("c", "small", 1);
  stop.abort(new Error("enough"));
  await turn();
  scheduler.leave("small", 1);
  await turn();
  assert.deepEqual(admitted, ["a", "b aborted", "c"]);
});

test("throttling halves what is handed out", () => {
  const { scheduler, admitted, enter } = open(4);
  scheduler.throttled();
  for (const name of ["a", "b", "c"]) enter(name, "small", 1);
  assert.deepEqual(admitted, ["a", "b"]);
  assert.equal(scheduler.figures().allowed, 2);
});
