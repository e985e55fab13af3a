import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, fields, listOf, mapOf, nullable, oneOf, orElse, text } from "../src/page/calls/shape.ts";
import { ago, bytes, duration, percent } from "../src/page/format.ts";

test("bytes have the largest unit that leaves a number above 1", () => {
  assert.deepEqual([0, 1023, 1024, 15_360, 1_073_741_824, 5e15].map(bytes), [
    "0 B",
    "1023 B",
    "1.00 KiB",
    "15.0 KiB",
    "1.00 GiB",
    "4.44 PiB",
  ]);
});

test("a length of time has its two largest units", () => {
  assert.deepEqual([0, 59.6, 61, 3600, 90_061].map(duration), ["0 s", "1 min", "1 min 1 s", "1 h", "1 d 1 h"]);
  assert.equal(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:01:00Z")), "1 min ago");
});

test("a share is 100 % only at the end and 0 % only at the beginning", () => {
  assert.equal(percent(0, 0), "0 %");
  assert.equal(percent(1, 10_000_000), "< 0.1 %");
  assert.equal(percent(9_999_999, 10_000_000), "99.9 %");
  assert.equal(percent(10, 10), "100 %");
});

test("an answer is taken only where it has the shape that the page knows", () => {
  const shape = fields({
    id: text,
    state: oneOf(["up", "down"]),
    sizes: listOf(amount),
    more: orElse(nullable(text), null),
  });
  assert.deepEqual(shape({ id: "a", state: "up", sizes: [1], other: 2 }), {
    id: "a",
    state: "up",
    sizes: [1],
    more: null,
  });
  for (const wrong of [
    null,
    [],
    "a",
    { id: 1, state: "up", sizes: [] },
    { id: "a", state: "left", sizes: [] },
    { id: "a", state: "up", sizes: ["1"] },
  ]) {
    assert.equal(shape(wrong), undefined, JSON.stringify(wrong));
  }
  assert.deepEqual(mapOf(amount)({ a: 1 }), { a: 1 });
  assert.equal(mapOf(amount)({ a: "1" }), undefined);
});
