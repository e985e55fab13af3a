// Which test files there are, what each needs, and which of those needs this machine meets.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { answers } from "../processes.mjs";

const roots = ["packages", "services", "test", "bench", "deploy"];

/** What a test file may ask for in a comment `// needs: docker, root`, and how to find out. */
const needs = {
  docker: { found: (env) => answers("docker", ["info"], env), reason: "no Docker engine answers" },
  chromium: {
    found: (env) => ["chromium", "chromium-browser", "google-chrome"].some((name) => answers(name, ["--version"], env)),
    reason: "no Chromium is installed",
  },
  prometheus: {
    found: (env) => ["prometheus", "promtool"].every((name) => answers(name, ["--version"], env)),
    reason: "prometheus and promtool are not installed",
  },
  root: { found: () => process.getuid?.() === 0, reason: "it runs as root only" },
  charon: {
    found: (env) => missingForCharon(env) === undefined,
    reason: "it needs root, /dev/net/tun, charon-systemd, swanctl, nft, ip and tcpdump",
  },
};

/** What keeps real charons from running in network namespaces here; undefined: nothing. */
function missingForCharon(env) {
  if (process.getuid?.() !== 0) return "root";
  if (!existsSync("/dev/net/tun")) return "/dev/net/tun";
  // Neither has a way to say only its version: swanctl asks a running charon for it.
  const unseen = ["charon-systemd", "swanctl"].find((name) => !existsSync(`/usr/sbin/${name}`));
  if (unseen !== undefined) return unseen;
  return [
    ["nft", "--version"],
    ["ip", "-V"],
    ["tcpdump", "--version"],
  ].find(([name, ask]) => !answers(name, [ask], env));
}

/**
 * Every file whose name ends with `suffix`, as `{ file, needs }`, sorted by path relative to `root`; with `starts`, only
 * those whose path begins with one of them.
 */
export function findSuites(root, suffix, starts = []) {
  return roots
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [...filesUnder(folder)])
    .map((file) => relative(root, file))
    .filter((file) => file.endsWith(suffix) && (starts.length === 0 || starts.some((start) => file.startsWith(start))))
    .sort((one, other) => (one < other ? -1 : 1))
    .map((file) => ({ file, needs: needsOf(file, readFileSync(join(root, file), "utf8")) }));
}

/** Splits suites into those that can run here and those that can't, each of the latter with its `reason`. */
export function sortOut(suites, env) {
  const unmet = new Map();
  for (const need of new Set(suites.flatMap((suite) => suite.needs))) {
    if (!needs[need].found(env)) unmet.set(need, needs[need].reason);
  }
  const reasonOf = (suite) => suite.needs.map((need) => unmet.get(need)).filter((reason) => reason !== undefined);
  return {
    runnable: suites.filter((suite) => reasonOf(suite).length === 0),
    skipped: suites
      .filter((suite) => reasonOf(suite).length > 0)
      .map((suite) => ({ file: suite.file, reason: reasonOf(suite).join("; ") })),
  };
}

/** The needs that a file states. One that starts containers without saying so is an error, not a surprise elsewhere. */
function needsOf(file, text) {
  const stated = (/^\/\/ needs: (.+)$/m.exec(text)?.[1] ?? "").split(",").map((need) => need.trim());
  const known = stated.filter((need) => need !== "");
  for (const need of known) {
    if (!(need in needs)) throw new Error(`${file} needs "${need}", which is none of ${Object.keys(needs).join(", ")}`);
  }
  if (/^(?:import .*|\}) from "(?:testcontainers|[^"]*gateway\.ts)"/m.test(text) && !known.includes("docker")) {
    throw new Error(`${file} starts containers; say so at its top: // needs: docker`);
  }
  return known;
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "node_modules") yield* filesUnder(path);
    if (entry.isFile()) yield path;
  }
}
