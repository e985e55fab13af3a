import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as hold, constantFrom, nat, property, string, tuple } from "fast-check";
import { commonUnits, compareKeys } from "./key-order.ts";

const text = string({ unit: "grapheme", maxLength: 20 });
/** Two keys that share a beginning of any length. */
const pair = tuple(nat(700), constantFrom("p", "中", "😀", "\ufffd"), text, text).map(
  ([length, character, a, b]) => [character.repeat(length) + a, character.repeat(length) + b] as const,
);

test("keys are ordered as their UTF-8 bytes are, however much they share", () => {
  hold(
    property(pair, ([a, b]) => {
      assert.equal(compareKeys(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.equal(compareKeys(b, a), Buffer.compare(Buffer.from(b), Buffer.from(a)));
    }),
    { numRuns: 2000 },
  );
});

test("what two texts share at their beginning ends where they part, or at the most that is asked for", () => {
  hold(
    property(pair, nat(800), ([a, b], limit) => {
      const most = Math.min(a.length, b.length, limit);
      const common = commonUnits(a, b, most);
      assert.equal(a.slice(0, common), b.slice(0, common));
      assert.ok(common === most || a.charCodeAt(common) !== b.charCodeAt(common));
    }),
    { numRuns: 2000 },
  );
});
