import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { moduleAssets } from "../src/assets/modules.ts";
import { readPage } from "../src/assets/page.ts";

const page = readPage();
const index = page.index.plain.toString();

function inFolder(files: Readonly<Record<string, string>>, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "causeway-page-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the page names only files that it has, and nothing of it is inline", () => {
  const named = [...index.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = ""]) => path);
  assert.ok(named.length > 10);
  for (const path of named) assert.ok(page.assets.has(path), path);
  assert.doesNotMatch(index, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|\{[a-z]+\}/);
});

test("every module is plain JavaScript that imports only files of the page", () => {
  for (const { path, plain } of page.assets.values()) {
    if (!path.endsWith(".js")) continue;
    const imported = [...plain.toString().matchAll(/^(?:import|export)[^"'();]*?from\s*"([^"]+)"/gm)].map(
      ([, specifier = ""]) => specifier,
    );
    for (const specifier of imported) assert.ok(page.assets.has(specifier), `${path} imports ${specifier}`);
    assert.doesNotMatch(plain.toString(), /^(?:export )?(?:interface|type) /m);
  }
});

test("a file is the same in every form in which it is sent", () => {
  for (const { plain, gzip, br } of page.assets.values()) {
    assert.deepEqual(gunzipSync(gzip()), plain);
    assert.deepEqual(brotliDecompressSync(br()), plain);
  }
});

test("a module that changes has another path, and so have those that import it", () => {
  const files = {
    "a.ts": 'import { b } from "./b.ts";\nexport const a: number = b;\n',
    "b.ts": "export const b = 1;\n",
  };
  inFolder(files, (folder) => {
    const before = moduleAssets(join(folder, "a.ts")).map(({ path }) => path);
    writeFileSync(join(folder, "b.ts"), "export const b = 2;\n");
    const after = moduleAssets(join(folder, "a.ts")).map(({ path }) => path);
    assert.equal(before.length, 2);
    for (const path of after) assert.ok(!before.includes(path));
  });
});

test("modules that import each other, and vendors that nobody named, are refused with the file's name", () => {
  const circle = {
    "a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
    "b.ts": 'import { a } from "./a.ts";\nexport const b = a;\n',
  };
  inFolder(circle, (folder) => assert.throws(() => moduleAssets(join(folder, "a.ts")), /a\.ts imports itself/));
  inFolder({ "a.ts": 'import { z } from "zod";\nexport const a = z;\n' }, (folder) =>
    assert.throws(() => moduleAssets(join(folder, "a.ts")), /a\.ts imports zod/),
  );
});
