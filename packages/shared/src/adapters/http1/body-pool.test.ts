import assert from "node:assert/strict";
import { test } from "node:test";
import { giveBackBody, lendBody } from "./body-pool.ts";

test("memory that was given back is lent again, to one borrower", () => {
  const first = lendBody(5000);
  assert.equal(first.length, 5000);
  giveBackBody(first);
  const second = lendBody(8000);
  assert.equal(second.length, 8000);
  assert.equal(second.buffer, first.buffer);
  assert.notEqual(lendBody(8000).buffer, second.buffer);
});

test("what was given back twice is lent once", () => {
  const body = lendBody(20_000);
  giveBackBody(body);
  giveBackBody(body);
  assert.notEqual(lendBody(20_000).buffer, lendBody(20_000).buffer);
});

test("what the pool did not lend is never lent", () => {
  const foreign = Buffer.from(new ArrayBuffer(65_536));
  giveBackBody(foreign);
  assert.notEqual(lendBody(65_536).buffer, foreign.buffer);
  const large = lendBody(600_000);
  giveBackBody(large);
  assert.notEqual(lendBody(600_000).buffer, large.buffer);
});

test("a body of no bytes is a body", () => {
  assert.equal(lendBody(0).length, 0);
});

test("a body takes at most a quarter more memory than it has bytes, beyond the first 16 KB: the worker's budget counts bytes", () => {
  for (let sizeBytes = 16_384; sizeBytes <= 262_144; sizeBytes += 997) {
    const { byteLength } = lendBody(sizeBytes).buffer;
    assert.ok(byteLength >= sizeBytes && byteLength <= sizeBytes * 1.25, `${sizeBytes} bytes take ${byteLength}`);
  }
});
