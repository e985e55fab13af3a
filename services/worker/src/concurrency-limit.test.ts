import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConcurrencyLimit, climbed, halved } from "./concurrency-limit.ts";

const start: ConcurrencyLimit = { connections: 64, successes: 0, halvedAtMs: -Infinity };

test("throttling halves the limit, once a second at most and never below one", () => {
  let limit = halved(start, 0);
  assert.equal(limit.connections, 32);
  limit = halved(limit, 999);
  assert.equal(limit.connections, 32);
  for (let second = 1; second <= 10; second += 1) limit = halved(limit, second * 1000);
  assert.equal(limit.connections, 1);
});

test("the limit climbs by one for as many successes as it has connections, up to the most", () => {
  let limit = halved(start, 0);
  for (let n = 0; n < 32; n += 1) limit = climbed(limit, 64);
  assert.equal(limit.connections, 33);
  for (let n = 0; n < 10_000; n += 1) limit = climbed(limit, 64);
  assert.equal(limit.connections, 64);
});
