// npm run check: format, lint, types, dead code, layers, generated documents. Runs all of them and reports every failure.

import { prepare, root } from "./prepare.mjs";
import { foreground, say } from "./processes.mjs";
import { findSuites } from "./testing/suites.mjs";

const { node, env } = prepare({ redis: false });
const layerTests = findSuites(root, ".test.ts").flatMap(({ file }) =>
  file.startsWith("test/architecture") ? file : [],
);

const checks = [
  { name: "format", program: "oxfmt", args: ["--check"] },
  { name: "lint", program: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "types", program: "tsc", args: ["--project", "."] },
  { name: "types of the page", program: "tsc", args: ["--project", "packages/dashboard"] },
  { name: "dead code", program: "knip", args: ["--no-progress", "--no-config-hints"] },
  { name: "layers", program: node, args: ["--test", "--test-reporter=dot", ...layerTests] },
  { name: "generated documents", program: process.execPath, args: ["scripts/docs.mjs", "--check"] },
];

const failed = [];
for (const { name, program, args } of checks) {
  const startedMs = Date.now();
  const code = await foreground(program, args, { cwd: root, env });
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  say(`${name}: ${code === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  if (code !== 0) failed.push(name);
}
say(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
