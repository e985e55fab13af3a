import assert from "node:assert/strict";
import { test } from "node:test";
import { type BatchSize, mergeBatches } from "./merge-batches.ts";

const limits = { objectCountLimit: 4, objectSizeLimit: 1000, spreadThreshold: 500 };

function batch(code: string, objects = 1, bytes = 10): BatchSize {
  return { code, objects, bytes };
}

test("batches of one code are merged, in their order, whatever lies between them", () => {
  const [a, b, c] = [batch("X"), batch("Y"), batch("X")];
  assert.deepEqual(mergeBatches([a, b, c], limits), [[a, c]]);
});

test("a merged batch holds no more objects or bytes than a task may", () => {
  const many = [batch("X", 3), batch("X", 2), batch("X", 2), batch("X", 1)];
  assert.deepEqual(mergeBatches(many, limits), [[many[1], many[2]]]);
  const heavy = [batch("X", 1, 400), batch("X", 1, 400), batch("X", 1, 400)];
  assert.deepEqual(mergeBatches(heavy, limits), [[heavy[0], heavy[1]]]);
});

test("an object that is a task of its own is merged with none", () => {
  const spread = batch("X", 1, 500);
  assert.deepEqual(mergeBatches([spread, batch("X"), spread], limits), []);
});
