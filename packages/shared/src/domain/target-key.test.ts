import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { compareKeys } from "./key-order.ts";
import { type KeyRule, precedingKeys, targetKey } from "./target-key.ts";

const rule: KeyRule = { sourcePrefix: "src/", targetPrefix: "dst/", leadingSlash: "fail" };
const bare: KeyRule = { sourcePrefix: "", targetPrefix: "", leadingSlash: "fail" };
const code = (key: string | { readonly refused: string }) => (typeof key === "string" ? key : key.refused);

test("the source prefix is replaced by the target prefix", () => {
  assert.equal(targetKey("src/a/b.txt", rule), "dst/a/b.txt");
  assert.equal(targetKey("src/src/a", rule), "dst/src/a");
  assert.equal(targetKey("a", { ...bare, targetPrefix: "x-" }), "x-a");
});

for (const odd of ["a//b", "./x", "../y", "a b", "a+b", "%2F", "😀/é", "&<>\"'", "a\\b", "\u0001\u007f", "a/"]) {
  test(`the key ${JSON.stringify(odd)} goes over byte for byte`, () => {
    assert.equal(targetKey(`src/${odd}`, rule), `dst/${odd}`);
  });
}

const refusals: readonly [string, string, KeyRule, string][] = [
  ["a leading /", "/a", bare, "KEY_LEADING_SLASH"],
  ["a leading \\", "\\a", bare, "KEY_LEADING_SLASH"],
  ["a leading / that appears behind the prefix", "src//a", { ...rule, targetPrefix: "" }, "KEY_LEADING_SLASH"],
  ["an empty key", "src/", { ...rule, targetPrefix: "" }, "KEY_INVALID"],
  ["nothing but a slash that is stripped", "/", { ...bare, leadingSlash: "strip" }, "KEY_INVALID"],
  ["a lone surrogate", "a\ud800", bare, "KEY_INVALID"],
  ["a line break", "a\nb", bare, "KEY_INVALID"],
  ["a key of another prefix", "other/a", rule, "KEY_INVALID"],
  ["1,024 bytes", "a".repeat(1024), bare, "KEY_TOO_LONG"],
  ["1,024 bytes in few characters", "😀".repeat(256), bare, "KEY_TOO_LONG"],
];
for (const [title, key, by, expected] of refusals) {
  test(`refused: ${title}`, () => {
    assert.equal(code(targetKey(key, by)), expected);
  });
}

test("a key of 1,023 bytes is taken", () => {
  assert.equal(targetKey("a".repeat(1023), bare), "a".repeat(1023));
  assert.equal(targetKey("é".repeat(511) + "a", bare), "é".repeat(511) + "a");
});

const strip: KeyRule = { ...bare, leadingSlash: "strip" };

test("one leading slash or backslash is stripped where the job says so, and no more", () => {
  assert.equal(targetKey("/a/b", strip), "a/b");
  assert.equal(targetKey("\\a/b", strip), "a/b");
  assert.equal(targetKey("a", { ...strip, targetPrefix: "/x/" }), "x/a");
  assert.equal(code(targetKey("//a", strip)), "KEY_LEADING_SLASH");
});

test("of keys that become one at the target, all but one name another that goes before", () => {
  assert.deepEqual(precedingKeys("a", strip), []);
  assert.deepEqual(precedingKeys("/a", strip), ["a"]);
  assert.deepEqual(precedingKeys("\\a", strip), ["a", "/a"]);
  const tail = fc.string({ unit: fc.constantFrom("/", "\\", "a"), maxLength: 4 });
  const rules = fc.record({
    sourcePrefix: fc.constantFrom("", "p/"),
    targetPrefix: fc.constantFrom("", "/", "//", "x/"),
  });
  fc.assert(
    fc.property(tail, tail, rules, (one, other, prefixes) => {
      const by: KeyRule = { ...strip, ...prefixes };
      const [left, right] = [by.sourcePrefix + one, by.sourcePrefix + other];
      const key = targetKey(left, by);
      if (one === other || typeof key !== "string" || key !== targetKey(right, by)) return;
      assert.notEqual(precedingKeys(left, by).includes(right), precedingKeys(right, by).includes(left));
    }),
  );
});

test("every key that is taken is one that OSS can hold, and keeps its source's bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1100 }), fc.constantFrom("", "dst/"), (tail, targetPrefix) => {
      const key = targetKey(`src/${tail}`, { ...rule, targetPrefix });
      if (typeof key !== "string") return;
      assert.equal(key, targetPrefix + tail);
      const bytes = Buffer.byteLength(key);
      assert.ok(bytes >= 1 && bytes <= 1023);
      assert.ok(!/^[/\\]/.test(key));
    }),
  );
});

test("replacing the prefix keeps the order of keys", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      const left = targetKey(`src/${a}`, rule);
      const right = targetKey(`src/${b}`, rule);
      if (typeof left !== "string" || typeof right !== "string") return;
      assert.equal(compareKeys(left, right), compareKeys(a, b));
    }),
  );
});
