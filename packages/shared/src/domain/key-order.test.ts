import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { commonUnits, compareKeys } from "./key-order.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
/** Two keys that share a beginning of any length. */
const pair = fc
  .tuple(fc.nat(700), fc.constantFrom("p", "中", "😀", "\ufffd"), text, text)
  .map(([length, character, a, b]) => [character.repeat(length) + a, character.repeat(length) + b] as const);

test("keys are ordered as their UTF-8 bytes are, however much they share", () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      assert.equal(compareKeys(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.equal(compareKeys(b, a), Buffer.compare(Buffer.from(b), Buffer.from(a)));
    }),
    { numRuns: 2000 },
  );
});

test("astral characters stand behind U+FFFF", () => {
  const character = fc.constantFrom("a", "b", "/", "é", "日", "\ue000", "\uffff", "😀", "\u{10ffff}");
  const key = fc.string({ unit: character, maxLength: 8 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(compareKeys(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});

test("what two texts share at their beginning ends where they part, or at the most that is asked for", () => {
  fc.assert(
    fc.property(pair, fc.nat(800), ([a, b], limit) => {
      const most = Math.min(a.length, b.length, limit);
      const common = commonUnits(a, b, most);
      assert.equal(a.slice(0, common), b.slice(0, common));
      assert.ok(common === most || a.charCodeAt(common) !== b.charCodeAt(common));
    }),
    { numRuns: 2000 },
  );
});
