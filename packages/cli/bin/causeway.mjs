#!/usr/bin/env node
// `causeway`: starts src/main.ts on a Node that runs TypeScript. A launcher in plain JavaScript, because the Node that
// finds it first may be too old for that.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = new URL("../src/main.ts", import.meta.url);
const bundled = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import(main.href);
} else if (existsSync(bundled)) {
  const { foreground } = await import("../../../scripts/processes.mjs");
  process.exitCode = await foreground(bundled, [fileURLToPath(main), ...process.argv.slice(2)]);
} else {
  process.stderr.write("causeway: Node 24 or newer is needed. Run: npm ci --include=optional\n");
  process.exitCode = 1;
}
