import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { namesTwice, readApiKey } from "../src/http/api-key.ts";

const key = "a-key-of-sixteen";
const hash = createHash("sha256").update(key).digest("hex");

test("a key may stand in the settings as itself or as its hash, and only its hash is kept", () => {
  const plain = readApiKey(`night:operate:${key}`);
  const hashed = readApiKey(`night:operate:sha256:${hash}`);
  assert.deepEqual(plain, hashed);
  assert.deepEqual(plain, { name: "night", role: "operate", keyHash: Buffer.from(hash, "hex") });
  assert.ok(!JSON.stringify(plain).includes(key));
  assert.deepEqual(readApiKey(`night:operate:sha256:${hash.toUpperCase()}`), hashed);
});

test("a key may hold colons", () => {
  assert.deepEqual(
    readApiKey("n:read:a:b:c:d:e"),
    readApiKey(`n:read:sha256:${createHash("sha256").update("a:b:c:d:e").digest("hex")}`),
  );
});

test("an entry without a name, with an unknown role, with a short key or with a broken hash is refused", () => {
  for (const entry of [
    "",
    "x",
    ":read:12345678",
    "n:root:12345678",
    "n:read:1234567",
    `n:read:sha256:${hash.slice(1)}`,
    "n:read",
  ]) {
    assert.equal(readApiKey(entry), undefined, entry);
  }
});

test("two keys of one name are found", () => {
  const keys = ["a:read:12345678", "b:read:12345678", "a:admin:87654321"].flatMap((entry) => readApiKey(entry) ?? []);
  assert.deepEqual(namesTwice(keys), ["a"]);
});
