import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

/** `[text](path)`, without addresses and places within a page. */
const link = /\]\((?![a-z]+:|#)([^)#\s]+)/g;

/** A path in backticks that begins with one of the tree's folders; names with * or <> stand for many. */
const quotedPath = /`((?:packages|services|scripts|test|docs|deploy|bench|\.ci)\/[^`\s*<>…]+)`/g;

for (const document of documents) {
  test(`${document} names only files that exist`, () => {
    const text = readFileSync(join(root, document), "utf8");
    const linked = [...text.matchAll(link)].map(([, path = ""]) => join(dirname(document), path));
    const quoted = [...text.matchAll(quotedPath)].map(([, path = ""]) => path);
    const missing = [...linked, ...quoted].filter((path) => !existsSync(join(root, path)));
    assert.deepEqual([...new Set(missing.map((path) => relative(root, join(root, path))))], []);
  });
}
