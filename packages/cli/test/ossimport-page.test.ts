import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { carriedKeys } from "@causeway/shared/domain/jobcfg/carried.ts";
import { otherKeys } from "@causeway/shared/domain/jobcfg/keys.ts";

test("docs/coming-from-ossimport.md has a row for each key that the parser knows, and no other", async () => {
  const page = await readFile(new URL("../../../docs/coming-from-ossimport.md", import.meta.url), "utf8");
  const tables = page.slice(page.indexOf("<!-- job.cfg:start -->"));
  const keys = [...tables.matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key);
  const known = [...carriedKeys.keys(), ...otherKeys.keys()];
  assert.deepEqual(new Set(keys), new Set(known));
  assert.equal(keys.length, known.length);
});
