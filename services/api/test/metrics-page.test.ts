import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { metricHelps } from "@causeway/shared/platform/metrics.ts";

test("docs/metrics.md has every figure that the code has, and no other", async () => {
  const page = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
  const described = [...page.matchAll(/^\| `(migration_\w+)`/gm)].map(([, name]) => name);
  assert.deepEqual(new Set(described), new Set(Object.keys(metricHelps)));
  assert.equal(new Set(described).size, described.length, "each once");
});
