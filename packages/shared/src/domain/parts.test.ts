import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { partRange, planParts } from "./parts.ts";

const mebibyte = 1024 ** 2;
const largestObjectBytes = 10_000 * 5 * 1024 ** 3;

test("parts have the wished size while 10,000 of them suffice", () => {
  assert.deepEqual(planParts(64 * mebibyte, 16 * mebibyte), { partSizeBytes: 16 * mebibyte, count: 4 });
  assert.deepEqual(planParts(64 * mebibyte + 1, 16 * mebibyte), { partSizeBytes: 16 * mebibyte, count: 5 });
});

test("parts grow where 10,000 would not suffice", () => {
  const plan = planParts(1024 ** 4, 16 * mebibyte);
  assert.ok("count" in plan && plan.partSizeBytes === 105 * mebibyte && plan.count <= 10_000);
});

test("48.8 TB fit, one byte more does not", () => {
  const plan = planParts(largestObjectBytes, 16 * mebibyte);
  assert.deepEqual(plan, { partSizeBytes: 5 * 1024 ** 3, count: 10_000 });
  assert.deepEqual("refused" in planParts(largestObjectBytes + 1, 16 * mebibyte), true);
});

test("parts cover the object without gap or overlap, within OSS' limits", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: largestObjectBytes }),
      fc.integer({ min: 1, max: 6 * 1024 ** 3 }),
      (size, wish) => {
        const plan = planParts(size, wish);
        assert.ok("count" in plan);
        assert.ok(plan.count <= 10_000 && plan.partSizeBytes >= 102_400 && plan.partSizeBytes <= 5 * 1024 ** 3);
        const sampled = [1, 2, Math.ceil(plan.count / 2), plan.count - 1, plan.count].filter(
          (n) => n >= 1 && n <= plan.count,
        );
        for (const n of sampled) {
          const range = partRange(plan, size, n);
          assert.equal(range.first, n === 1 ? 0 : partRange(plan, size, n - 1).last + 1);
          assert.ok(range.last >= range.first);
        }
        assert.equal(partRange(plan, size, plan.count).last, size - 1);
      },
    ),
  );
});
