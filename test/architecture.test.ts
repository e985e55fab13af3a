import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { circlesIn } from "./architecture/circles.ts";
import { breachesOf } from "./architecture/layers.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const files = ["packages", "services"]
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => /^[^/]+\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith(".test.ts"));

test("there is a tree to check", () => {
  assert.ok(files.length > 10, `only ${files.length} source files found`);
});

const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

test("no file needs itself by way of others", () => {
  assert.deepEqual(circlesIn(texts), []);
});

for (const [file, text] of texts) {
  test(`${file} imports only what its layer may`, () => {
    assert.deepEqual(breachesOf(file, text), []);
  });
}
