import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { byteOrder, expectedKey } from "../src/compare/key-mapping.ts";
import { align } from "../src/compare/merge.ts";
import type { ListedObject } from "../src/compare/sides.ts";

async function* listing(keys: Iterable<string>): AsyncGenerator<ListedObject> {
  for (const key of [...keys].sort(byteOrder)) yield { key, sizeBytes: 1 };
}

const names = fc.string({
  unit: fc.constantFrom("a", "/", "\\", "+", "é", "\uE000", "\u{1F680}"),
  minLength: 1,
  maxLength: 6,
});

test("whatever the keys, each object is found at both sides, missing or extra, exactly once", async () => {
  const mappings = fc.constantFrom(
    { sourcePrefix: "s/", targetPrefix: "target/", stripsLeadingSlash: false },
    { sourcePrefix: "s/", targetPrefix: "", stripsLeadingSlash: false },
    { sourcePrefix: "s/", targetPrefix: "", stripsLeadingSlash: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names), fc.uniqueArray(names), mappings, async (copied, lone, mapping) => {
      const sources = copied.map((name) => mapping.sourcePrefix + name);
      const targets = new Set(lone.map((name) => mapping.targetPrefix + name));
      const found = { both: new Map<string, string>(), missing: [] as string[], extra: [] as string[] };
      for await (const aligned of align(listing(sources), listing(targets), mapping)) {
        if (aligned.found === "both") found.both.set(aligned.source.key, aligned.target.key);
        else if (aligned.found === "missing") found.missing.push(aligned.source.key);
        else found.extra.push(aligned.target.key);
      }
      const matched = [...found.both.values()];
      for (const [source, target] of found.both) assert.equal(expectedKey(source, mapping), target);
      assert.equal(new Set(matched).size, matched.length);
      assert.deepEqual([...found.both.keys(), ...found.missing].sort(), [...sources].sort());
      assert.deepEqual([...matched, ...found.extra].sort(), [...targets].sort());
      const claimed = new Set(matched);
      for (const key of found.missing) {
        const expected = expectedKey(key, mapping);
        assert.ok(!targets.has(expected) || claimed.has(expected), `${key} is there`);
      }
    }),
    { numRuns: 500 },
  );
});

test("a listing that goes backwards ends the comparison instead of hiding objects", async () => {
  const mapping = { sourcePrefix: "", targetPrefix: "", stripsLeadingSlash: false };
  await assert.rejects(Array.fromAsync(align(backwards(), listing([]), mapping)), /out of byte order/);
});

async function* backwards(): AsyncGenerator<ListedObject> {
  yield { key: "b", sizeBytes: 1 };
  yield { key: "a", sizeBytes: 1 };
}
