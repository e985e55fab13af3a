import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as holds, integer, nat, property } from "fast-check";
import { someObject } from "../testing/builders.ts";
import type { SourceObject } from "./object.ts";
import { addPage, type BatchLimits, emptyBatch } from "./plan.ts";

function batches(pages: readonly SourceObject[][], limits: BatchLimits) {
  const full: (readonly SourceObject[])[] = [];
  let open = emptyBatch;
  for (const page of pages) {
    const batched = addPage(open, page, limits);
    full.push(...batched.full);
    ({ open } = batched);
  }
  return open.objects.length === 0 ? full : [...full, open.objects];
}

const sized = (...sizes: number[]) => sizes.map((sizeBytes, index) => someObject({ key: `k${index}`, sizeBytes }));

describe("turning pages into tasks", () => {
  test("a task holds at most objectCountLimit objects, across pages", () => {
    const sizes = batches([sized(1, 1, 1), sized(1, 1)], { objectCountLimit: 2, objectSizeLimit: 100 });
    assert.deepEqual(
      sizes.map((batch) => batch.length),
      [2, 2, 1],
    );
  });

  test("an object from the spread threshold on is a task of its own, in its place", () => {
    const limits = { objectCountLimit: 10, objectSizeLimit: 1000, spreadThreshold: 50 };
    const sizes = batches([sized(1, 1, 50), sized(1, 60, 70, 49)], limits);
    assert.deepEqual(
      sizes.map((batch) => batch.map(({ sizeBytes }) => sizeBytes)),
      [[1, 1], [50], [1], [60], [70], [49]],
    );
  });

  test("a task holds at most objectSizeLimit bytes, and a larger object is a task of its own", () => {
    const made = batches([sized(40, 60, 1, 500, 1)], { objectCountLimit: 10, objectSizeLimit: 100 });
    assert.deepEqual(
      made.map((batch) => batch.map(({ sizeBytes }) => sizeBytes)),
      [[40, 60], [1], [500], [1]],
    );
  });

  test("a full task does not wait for the next page", () => {
    const { full, open } = addPage(emptyBatch, sized(1, 1), { objectCountLimit: 2, objectSizeLimit: 100 });
    assert.equal(full.length, 1);
    assert.deepEqual(open, emptyBatch);
  });

  test("every object is in exactly one task and in order, however the pages are cut", () => {
    const pages = array(array(nat(200), { maxLength: 20 }), { maxLength: 20 });
    holds(
      property(pages, integer({ min: 1, max: 7 }), integer({ min: 1, max: 300 }), (sizes, count, size) => {
        const listed = sizes.map((page) => sized(...page));
        const made = batches(listed, { objectCountLimit: count, objectSizeLimit: size });
        assert.deepEqual(made.flat(), listed.flat());
        for (const batch of made) {
          assert.ok(batch.length > 0 && batch.length <= count);
          const bytes = batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          assert.ok(batch.length === 1 || bytes <= size);
        }
      }),
    );
  });
});
