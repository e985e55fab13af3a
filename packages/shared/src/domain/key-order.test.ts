import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys } from "./key-order.ts";

test("keys are ordered by their UTF-8 bytes, astral characters behind U+FFFF", () => {
  const character = fc.constantFrom("a", "b", "/", "é", "日", "\ue000", "\uffff", "😀", "\u{10ffff}");
  const key = fc.string({ unit: fc.oneof(character, fc.constantFrom("a", "b")), maxLength: 8 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(compareKeys(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});
