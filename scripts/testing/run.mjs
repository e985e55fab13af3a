// Runs groups of suites with node:test, one group after the other, and adds up their counts.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { foreground } from "../processes.mjs";

const countsReporter = fileURLToPath(new URL("counts-reporter.mjs", import.meta.url));

/** No test may hang for ever: the longest takes a few minutes on two busy cores. */
const testTimeoutMs = 600_000;

/**
 * Runs each group (`{ name, suites, concurrency }`) and prints the skipped suites and the sums as the last lines.
 * Answers the exit code: 0 when at least one test ran and none failed.
 */
export async function runGroups(groups, skipped, machine) {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  const skips = skipped.map(({ file, reason }) => `${file}: ${reason}`);
  let failedGroups = 0;
  for (const group of groups.filter(({ suites }) => suites.length > 0)) {
    process.stdout.write(`\n== ${group.name}: ${group.suites.length} files\n`);
    const { exitCode, counts } = await runGroup(group, machine);
    if (exitCode !== 0) failedGroups += 1;
    for (const key of Object.keys(sums)) sums[key] += counts[key];
    skips.push(...counts.skips);
  }
  process.stdout.write("\n");
  for (const skip of skips) process.stdout.write(`skipped ${skip}\n`);
  process.stdout.write(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped + skipped.length} skipped\n`);
  return failedGroups === 0 && sums.failed === 0 && sums.passed > 0 ? 0 : 1;
}

async function runGroup({ suites, concurrency }, { node, env, root }) {
  const folder = mkdtempSync(join(tmpdir(), "causeway-test-"));
  const countsFile = join(folder, "counts.json");
  const options = [
    "--test",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${testTimeoutMs}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${countsReporter}`,
    `--test-reporter-destination=${countsFile}`,
  ];
  try {
    const exitCode = await foreground(node, [...options, ...suites.map(({ file }) => file)], { cwd: root, env });
    return { exitCode, counts: readCounts(countsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts of a run that was killed are absent; they count as nothing, and its exit code says the rest. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, skips: [] };
  }
}
