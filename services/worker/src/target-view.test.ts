import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import { someObject } from "@causeway/shared/testing/builders.ts";
import { justBefore, openTargetView } from "./target-view.ts";

const options = { signal: new AbortController().signal };
const rule = { overwrite: "if-different", unrecorded: "copy", jobId: "j" } as const;
const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };

async function watched(keys: readonly string[]) {
  const target = createMemoryTarget();
  for (const key of keys) {
    await target.put({ key, payload: { bytes: Buffer.from("x") }, attributes, ifThere: "replace" }, options);
  }
  const calls = { pages: 0, heads: 0 };
  const limits: number[] = [];
  return {
    calls,
    limits,
    target: {
      ...target,
      listPage: (...args: Parameters<typeof target.listPage>) => {
        calls.pages += 1;
        limits.push(args[0].limit);
        return target.listPage(...args);
      },
      head: (...args: Parameters<typeof target.head>) => {
        calls.heads += 1;
        return target.head(...args);
      },
    },
  };
}

const numbered = (count: number, step = 1) =>
  Array.from({ length: count }, (_, n) => `p/${String(n * step).padStart(6, "0")}`);
const source = someObject({ sizeBytes: 1 });

test("an empty target prefix costs one listing for a whole task", async () => {
  const { target, calls } = await watched(["another/place"]);
  const keys = numbered(1000);
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys }, options);
  for (const key of keys) assert.equal(await view.find(source, key, options), undefined);
  assert.deepEqual(calls, { pages: 1, heads: 0 });
});

test("only what is there with the right size is asked by HEAD", async () => {
  const { target, calls } = await watched(["p/000003", "p/000005"]);
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys: numbered(10) }, options);
  assert.equal((await view.find(source, "p/000003", options))?.crc64 === undefined, false);
  assert.equal((await view.find({ ...source, sizeBytes: 2 }, "p/000005", options))?.sizeBytes, 1);
  assert.equal(await view.find(source, "p/000004", options), undefined);
  assert.deepEqual(calls, { pages: 2, heads: 1 });
});

test("what other tasks have written behind a task's range is not read", async () => {
  const { target, limits } = await watched(numbered(5000).slice(1000));
  const keys = numbered(1000);
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys }, options);
  assert.equal(await view.find(source, "p/000999", options), undefined);
  assert.deepEqual(limits, [1]);
});

test("the first key of a task is seen, whatever lies before it", async () => {
  const { target } = await watched(numbered(2500));
  const keys = ["p/001500", "p/001501", "p/001502", "p/001503"];
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys }, options);
  for (const key of keys) assert.ok(await view.find(source, key, options), key);
});

test("a dense target is looked at, listed for three pages, and asked for the rest", async () => {
  const { target, calls } = await watched(numbered(5000));
  const keys = numbered(6, 999);
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys }, options);
  assert.equal(calls.pages, 4);
  for (const key of keys) assert.ok(await view.find({ ...source, sizeBytes: 7 }, key, options), key);
  assert.equal(calls.heads, 2, "those beyond the third page");
});

test("few keys are asked for one by one", async () => {
  const { target, calls } = await watched(["p/000001"]);
  const view = await openTargetView({ target: () => target, targetPrefix: "p/", rule, keys: numbered(2) }, options);
  assert.equal(await view.find(source, "p/000000", options), undefined);
  assert.ok(await view.find(source, "p/000001", options));
  assert.deepEqual(calls, { pages: 0, heads: 2 });
});

test("a listing that starts just before a key shows that key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
      const key = text.toWellFormed();
      const before = justBefore(key);
      assert.ok(before === undefined || compareKeys(before, key) < 0);
      assert.ok(before === undefined || before.isWellFormed());
    }),
  );
});
