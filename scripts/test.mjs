// npm test [-- PATH…]: every suite that this machine can run, or those whose path starts with one of the given.

import { prepare, root } from "./prepare.mjs";
import { findSuites, sortOut } from "./testing/suites.mjs";
import { runGroups } from "./testing/run.mjs";
import { say } from "./processes.mjs";

const paths = process.argv.slice(2);
const asked = findSuites(root, ".test.ts", paths);

if (asked.length === 0) {
  say(`no test file's path starts with ${paths.join(" or ")}`);
  process.exitCode = 2;
} else {
  const machine = { ...prepare({ redis: true }), root };
  const { runnable, skipped } = sortOut(asked, machine.env);
  const groups = [
    { name: "unit", suites: runnable.filter((suite) => kindOf(suite) === "unit"), concurrency: 2 },
    { name: "integration", suites: runnable.filter((suite) => kindOf(suite) === "integration"), concurrency: 2 },
    { name: "containers and system", suites: runnable.filter((suite) => kindOf(suite) === "system"), concurrency: 1 },
  ];
  process.exitCode = await runGroups(groups, skipped, machine);
}

function kindOf({ file, needs }) {
  if (needs.length > 0) return "system";
  return file.includes("/src/") ? "unit" : "integration";
}
