// npm run test:e2e [-- PATH…]: the composed system, end to end. A need that is not met skips, and fails under CI=true.

import { prepare, root } from "./prepare.mjs";
import { findSuites, sortOut } from "./testing/suites.mjs";
import { runGroups } from "./testing/run.mjs";
import { say } from "./processes.mjs";

const asked = findSuites(root, ".e2e.ts", process.argv.slice(2));
const machine = { ...prepare({ redis: true }), root };
const { runnable, skipped } = sortOut(asked, machine.env);

if (runnable.length === 0 && process.env.CI !== "true") {
  for (const { file, reason } of skipped) say(`skipped ${file}: ${reason}`);
  say("nothing to run on this machine");
} else {
  const code = await runGroups([{ name: "system", suites: runnable, concurrency: 1 }], skipped, machine);
  const mustRun = process.env.CI === "true" && skipped.length > 0;
  if (mustRun) say("CI=true: every suite must run, and some were skipped");
  process.exitCode = mustRun ? 1 : code;
}
