import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConcurrencyLimit, type Window, judgedLimit, startingLimit, throttledLimit } from "./concurrency-limit.ts";

const most = 64;
const calm: Window = {
  elapsedMs: 100,
  finished: 100,
  smallFinished: 100,
  smallBusyMs: 2000,
  crowded: true,
  busyShare: 0.5,
};

function judged(limit: ConcurrencyLimit, window: Partial<Window>, times = 1): ConcurrencyLimit {
  let now = limit;
  for (let n = 0; n < times; n += 1) now = judgedLimit(now, { ...calm, ...window }, { nowMs: 0, most });
  return now;
}

test("throttling halves the limit, once a second at most and never below one", () => {
  let limit = throttledLimit(startingLimit(most), 0, 0);
  assert.equal(limit.connections, 32);
  limit = throttledLimit(limit, 999, 0);
  assert.equal(limit.connections, 32);
  for (let second = 1; second <= 10; second += 1) limit = throttledLimit(limit, second * 1000, 0);
  assert.equal(limit.connections, 1);
});

test("while a store has asked for a pause, further refusals say nothing new", () => {
  const limit = throttledLimit(startingLimit(most), 0, 5000);
  assert.equal(throttledLimit(limit, 4999, 0).connections, 32);
  assert.equal(throttledLimit(limit, 5000, 0).connections, 16);
});

test("the limit climbs by an eighth, at least one, while connections are wanted and the throughput holds", () => {
  const halved = { ...startingLimit(most), connections: 4 };
  assert.equal(judged(halved, {}).connections, 5);
  assert.equal(judged({ ...halved, connections: 32 }, {}).connections, 36);
  assert.equal(judged(halved, {}, 100).connections, most);
  assert.equal(judged(halved, { crowded: false }).connections, 4);
  assert.equal(judged(judged(halved, {}), { finished: 50, smallFinished: 50, smallBusyMs: 1000 }).connections, 5);
});

test("latency that rises far beyond what it was halves the limit, down to an eighth of the most", () => {
  const before = judged(startingLimit(most), {});
  assert.equal(before.calmMs, 20);
  const slow = { smallBusyMs: 50_000 };
  assert.equal(judged(before, slow).connections, 32);
  assert.equal(judged(before, { smallBusyMs: 7500 }).connections, most, "75 ms instead of 20 is no alarm");
  assert.equal(judged(before, slow, 10).connections, most / 8);
  assert.equal(judged({ ...before, connections: 3 }, slow).connections, 3, "what throttling left is not raised");
});

test("a process that has always work goes down to 16 connections, and climbs again once it has time", () => {
  const long = { elapsedMs: 2000, finished: 2000, smallFinished: 2000, smallBusyMs: 40_000 };
  const saturated = judged(startingLimit(most), { ...long, busyShare: 0.99 });
  assert.equal(saturated.connections, 56);
  assert.equal(judged(saturated, { ...long, busyShare: 1 }, 100).connections, 16);
  assert.equal(judged(saturated, { ...long, busyShare: 0.95 }, 100).connections, 56);
  assert.equal(judged({ ...saturated, connections: 16 }, { ...long, busyShare: 0.6 }).connections, 18);
  const throttled = { ...saturated, connections: 4 };
  assert.equal(judged(throttled, { ...long, busyShare: 1 }).connections, 4, "what throttling left stays");
});

test("a burst of answers is no saturation, however often one comes", () => {
  let limit = startingLimit(most);
  for (let second = 1; second <= 100; second += 1) {
    limit = judged(limit, { busyShare: 1 }, 4);
    assert.equal(limit.connections, most);
    limit = judged(limit, { busyShare: 0.8 }, 6);
  }
  assert.ok(judged(limit, { busyShare: 1 }, 60).connections < most);
});

test("a store that is slower for good becomes the measure", () => {
  const slow = { smallBusyMs: 50_000 };
  assert.equal(judged(judged(startingLimit(most), {}), slow, 100).connections, most);
});

test("windows of large bodies alone say nothing about latency", () => {
  const large = { smallFinished: 0, smallBusyMs: 0 };
  const limit = judged({ ...startingLimit(most), connections: 8 }, large);
  assert.deepEqual([limit.connections, limit.calmMs], [9, undefined]);
});
