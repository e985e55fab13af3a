import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { groupParts, partPatienceMs, partRange, partsAtOnce, planParts, planSourceParts } from "./parts.ts";

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

test("a spread object has groups for tens of processes, neither tiny nor of more than 1 GiB", () => {
  const groups = groupParts({ count: 1280, partSizeBytes: 16 * mebibyte });
  assert.equal(groups.length, 107);
  assert.deepEqual(groups.at(-1), { firstPart: 1273, lastPart: 1280 });
  assert.equal(groupParts({ count: 64, partSizeBytes: 16 * mebibyte }).length, 8);
  assert.equal(groupParts({ count: 9986, partSizeBytes: 105 * mebibyte }).length, 833);
  assert.equal(groupParts({ count: 64, partSizeBytes: 100 * mebibyte }).length, 8);
  assert.equal(groupParts({ count: 8, partSizeBytes: 5 * 1024 * mebibyte }).length, 8);
});

test("all connections of a group have as many parts, but for the last group and for parts of which four are more than 1 GiB", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 102_400, max: 256 * mebibyte }),
      (count, partSizeBytes) => {
        for (const { firstPart, lastPart } of groupParts({ count, partSizeBytes }).slice(0, -1)) {
          assert.equal((lastPart - firstPart + 1) % partsAtOnce, 0);
        }
      },
    ),
  );
});

test("groups cover the parts without gap or overlap, at most a thousand of them", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 102_400, max: 5 * 1024 ** 3 }),
      (count, partSizeBytes) => {
        const groups = groupParts({ count, partSizeBytes });
        assert.ok(groups.length <= 1000);
        let next = 1;
        for (const { firstPart, lastPart } of groups) {
          assert.equal(firstPart, next);
          assert.ok(lastPart >= firstPart);
          next = lastPart + 1;
        }
        assert.equal(next, count + 1);
      },
    ),
  );
});

const etagOf = (count: number): string => `${"0".repeat(32)}-${count}`;

test("an object is cut as its source was, where the first part and their number tell how", () => {
  const object = { etag: etagOf(3), sizeBytes: 25 * mebibyte };
  const first = { sizeBytes: 10 * mebibyte, count: 3 };
  assert.deepEqual(planSourceParts(object, first), { partSizeBytes: 10 * mebibyte, count: 3 });
  assert.equal(planSourceParts({ ...object, etag: "0".repeat(32) }, first), undefined);
  assert.equal(planSourceParts(object, { ...first, count: 4 }), undefined);
  assert.equal(planSourceParts(object, { ...first, sizeBytes: 13 * mebibyte }), undefined);
  assert.equal(planSourceParts({ ...object, sizeBytes: 0 }, { sizeBytes: 0, count: 3 }), undefined);
});

test("a cut of the source that OSS does not take is not taken", () => {
  const tooSmall = { sizeBytes: 102_399, count: 2 };
  assert.equal(planSourceParts({ etag: etagOf(2), sizeBytes: 200_000 }, tooSmall), undefined);
  const only = { sizeBytes: 10, count: 1 };
  assert.deepEqual(planSourceParts({ etag: etagOf(1), sizeBytes: 10 }, only), { partSizeBytes: 10, count: 1 });
  const tooLarge = { sizeBytes: 5 * 1024 ** 3 + 1, count: 2 };
  assert.equal(planSourceParts({ etag: etagOf(2), sizeBytes: 9 * 1024 ** 3 }, tooLarge), undefined);
  const tooMany = { sizeBytes: 5 * mebibyte, count: 10_001 };
  assert.equal(planSourceParts({ etag: etagOf(10_001), sizeBytes: 10_001 * 5 * mebibyte }, tooMany), undefined);
});

test("parts of a large object outlast trouble in proportion to it, half an hour at most", () => {
  assert.equal(partPatienceMs(3_000_000), 30);
  assert.ok(partPatienceMs(1024 ** 3) > 10_000);
  assert.equal(partPatienceMs(largestObjectBytes), 1_800_000);
});
