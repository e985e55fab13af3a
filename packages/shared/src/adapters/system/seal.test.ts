import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { someCredentials } from "../../testing/builders.ts";
import { createSeal } from "./seal.ts";

const seal = createSeal(Buffer.alloc(32, 1));

describe("sealed credentials", () => {
  test("what was sealed opens again, and does not show in the sealed text", () => {
    const sealed = seal.seal(someCredentials);
    assert.deepEqual(seal.open(sealed), someCredentials);
    assert.doesNotMatch(sealed, /source-secret|target-id/);
  });

  test("sealing twice gives two texts", () => {
    assert.notEqual(seal.seal(someCredentials), seal.seal(someCredentials));
  });

  test("another key opens nothing and says so", () => {
    assert.throws(() => createSeal(Buffer.alloc(32, 2)).open(seal.seal(someCredentials)), /another SECRET_KEY/);
  });

  test("an altered text does not open", () => {
    const sealed = JSON.parse(seal.seal(someCredentials));
    const bytes = Buffer.from(sealed.text, "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    assert.throws(() => seal.open(JSON.stringify({ ...sealed, text: bytes.toString("base64") })));
  });
});
