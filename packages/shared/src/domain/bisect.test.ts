import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as holds, constantFrom, integer, oneof, property, record, tuple } from "fast-check";
import { keySpaces } from "../testing/key-spaces.ts";
import { progressOf, proposeCut } from "./bisect.ts";
import { compareKeys } from "./key-order.ts";

describe("a proposed cut", () => {
  const point = oneof(
    { weight: 6, arbitrary: constantFrom(...Array.from("0123456789abcdef/-_. zZ")) },
    {
      weight: 2,
      arbitrary: integer({ min: 0, max: 0x10ffff })
        .filter(isScalar)
        .map((code) => String.fromCodePoint(code)),
    },
    {
      weight: 1,
      arbitrary: constantFrom(
        "\u0000",
        "\u001f",
        "~",
        "\u007f",
        "퟿",
        "\ue000",
        "\ufffd",
        "😀",
        "\u{10fffd}",
        "\u{10ffff}",
      ),
    },
  );
  const key = tuple(
    constantFrom("", "a/", "数据/", "x".repeat(900), "~".repeat(1000)),
    array(point, { maxLength: 12 }),
  ).map(([prefix, points]) => prefix + points.join(""));

  test("lies strictly inside the span, in the order of UTF-8 bytes, and is a valid key", () => {
    const cases = record({
      keys: array(key, { minLength: 1, maxLength: 12 }),
      ends: constantFrom("both", "no end", "no beginning", "neither"),
      prefix: constantFrom("", "a/"),
    });
    let proposed = 0;
    holds(
      property(cases, ({ keys, ends, prefix }) => {
        const sorted = [...new Set(keys.map((one) => prefix + one))].toSorted(compareKeys);
        const after = ends === "no beginning" || ends === "neither" ? undefined : sorted[0];
        const before = ends === "no end" || ends === "neither" ? undefined : sorted.at(-1);
        const cut = proposeCut({ after, before, prefix }, sorted);
        if (cut === undefined) return;
        proposed += 1;
        assert.ok(Buffer.compare(Buffer.from(cut), Buffer.from(after ?? prefix)) > 0, "behind the cursor");
        assert.ok(before === undefined || Buffer.compare(Buffer.from(cut), Buffer.from(before)) < 0, "before the end");
        assert.ok(Buffer.byteLength(cut) <= 1024);
        assert.ok(cut.startsWith(prefix));
        assert.ok(cut.isWellFormed());
        assert.doesNotMatch(cut, /[\p{Cc}\p{Cs}]/u);
      }),
      { numRuns: 3000 },
    );
    assert.ok(proposed > 1500, `only ${proposed} proposals were examined`);
  });

  test("is there wherever two plain keys leave room", () => {
    assert.equal(proposeCut({ after: "a", before: "c", prefix: "" }, []), "b");
    for (const [after, before] of [
      ["a", "b"],
      ["a9", "b"],
      ["az", "b0"],
      ["\u{10fffd}", undefined],
      ["~", "😀"],
      ["a", "aa"],
    ] as const) {
      assert.notEqual(proposeCut({ after, before, prefix: "" }, []), undefined, `between ${after} and ${before}`);
    }
  });

  test("is none where nothing fits between", () => {
    assert.equal(proposeCut({ after: "a", before: "a!", prefix: "" }, ["a"]), undefined);
    assert.equal(proposeCut({ after: "x".repeat(1023), before: `${"x".repeat(1023)}!`, prefix: "" }, []), undefined);
  });
});

function isScalar(code: number): boolean {
  return code < 0xd800 || code > 0xdfff;
}

describe("progress of a listing", () => {
  test("goes from 0 to 1 as the cursor goes through evenly spread keys", () => {
    const keys = keySpaces["flat random hex"] ?? [];
    const seen = keys.filter((_, at) => at % 1000 === 0);
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.95]) {
      const span = { after: keys[Math.floor(share * keys.length)], before: undefined, prefix: "" };
      assert.ok(Math.abs(progressOf(undefined, span, seen) - share) < 0.02);
    }
    assert.equal(progressOf(undefined, { after: undefined, before: undefined, prefix: "" }, []), 0);
    assert.equal(progressOf("4", { after: "6", before: "8", prefix: "" }, seen), 0.5);
  });
});
