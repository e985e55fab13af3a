import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as holds, constantFrom, integer, property, record } from "fast-check";
import { keySpaces } from "../testing/key-spaces.ts";
import { compareKeys } from "./key-order.ts";
import { piecesOf, type ProbedCut, proposeCuts } from "./probe-cuts.ts";

/** What a source answers that holds these keys. */
function probe(keys: readonly string[], cut: string): ProbedCut {
  return { cut, found: keys.find((key) => compareKeys(key, cut) > 0) };
}

describe("cuts that are probed together", () => {
  test("the pieces between them hold every key behind the cursor, and each but the first holds one", () => {
    const cases = record({
      space: constantFrom(...Object.values(keySpaces)),
      from: integer({ min: 0, max: 9000 }),
      mosts: array(integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 4 }),
    });
    holds(
      property(cases, ({ space, from, mosts }) => {
        const keys = space.filter((_, at) => at >= from && at % 7 === 0).slice(0, 300);
        const span = { after: keys[0], before: keys.at(-1), prefix: "" };
        const probed: ProbedCut[] = [];
        for (const most of mosts) {
          const cuts = proposeCuts(piecesOf(span, probed), keys.slice(0, 20), most);
          assert.ok(cuts.length <= most);
          probed.push(...cuts.map((cut) => probe(keys, cut)));
        }
        const [first, ...others] = piecesOf(span, probed);
        assert.equal(first?.cut, undefined);
        const starts = others.map(({ cut }) => cut ?? "");
        const ends = [...starts.slice(1), keys.at(-1) ?? ""];
        for (const [at, start] of starts.entries()) {
          const end = ends[at] ?? "";
          const held = keys.filter((key) => compareKeys(key, start) > 0 && compareKeys(key, end) <= 0);
          assert.equal(held[0], others[at]?.span.after, `the first key behind ${start}`);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("a cut with nothing between it and the next one makes no piece", () => {
    const span = { after: "a", before: undefined, prefix: "" };
    const probed = ["c", "m", "p", "x"].map((cut) => probe(["b", "d", "q"], cut));
    assert.deepEqual(
      piecesOf(span, probed).map(({ cut }) => cut),
      [undefined, "c", "p"],
    );
  });

  test("behind a prefix that all keys share, one round looks at several depths at once", () => {
    const cuts = proposeCuts(
      [{ cut: undefined, span: { after: "p".repeat(900), before: undefined, prefix: "" } }],
      [],
      7,
    );
    assert.equal(new Set(cuts.map(({ length }) => length)).size, cuts.length);
    assert.equal(cuts.length, 7);
  });
});
