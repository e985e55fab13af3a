import assert from "node:assert/strict";
import { test } from "node:test";
import { keyFaults } from "./key.ts";

const good = "0123456789abcdef0123456789abcdef";

test("a key of letters, digits and the signs that Alibaba lists is taken", () => {
  assert.deepEqual(keyFaults(good), []);
  assert.deepEqual(keyFaults(`${good}~!\`@#$%^&*()_-+={}[]|;:',.<>/?`), []);
});

test("a key with characters that Alibaba refuses is refused by their names, without showing the key", () => {
  const faults = keyFaults(`${good} "\\é\n`);
  assert.deepEqual(faults, [
    "The key contains a space, \", \\, a character outside ASCII, a line break, which Alibaba's gateways refuse.",
  ]);
});

test("a key that is empty, too long or could be guessed is refused", () => {
  assert.deepEqual(keyFaults(""), ["The key is empty."]);
  assert.match(keyFaults("a".repeat(101)).join(), /has 101 characters; Alibaba takes 100/);
  assert.match(keyFaults("correct-horse").join(), /fewer than 20 characters/);
});
