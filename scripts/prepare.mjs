// Brings a machine to the point where the project's commands can run: npm's packages, Node 26, and, where a command
// needs it, redis-server. Plain JavaScript without dependencies, because it runs on whatever Node there is.

import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dependenciesAreCurrent, installDependencies } from "./prepare/dependencies.mjs";
import { bundledNode, ownNode, wrapBundledNode } from "./prepare/runtime.mjs";
import { commandToInstall, providePackages } from "./prepare/system-packages.mjs";
import { answers, say } from "./processes.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where packages are unpacked for a user who may not install any. */
const tools = join(root, ".tools");

/**
 * Installs what is missing and answers how to run the project: the path of a Node that runs TypeScript, and the
 * environment for child processes. `redis: true` makes redis-server present too. Ends the process with status 1 and the
 * one command to run where it can't help.
 */
export function prepare({ redis }) {
  if (!dependenciesAreCurrent(root)) {
    say("installing npm's packages (npm ci)");
    if (!installDependencies(root)) giveUp("npm ci failed; its messages are above.");
  }
  const env = { ...process.env, PATH: childPath() };
  const missing = missingPackages(env, redis);
  if (missing.length > 0) {
    say(`installing ${missing.join(" and ")}`);
    const provided = providePackages(missing, tools);
    if (provided === "unpacked" && missing.includes("libatomic1")) wrapBundledNode(root, tools);
    const still = missingPackages(env, redis);
    if (still.length > 0) giveUp(`${still.join(" and ")} could not be installed. Run: ${commandToInstall(still)}`);
  }
  const bundled = bundledNode(root);
  const node = bundled.state === "works" ? bundled.path : ownNode(env);
  if (node === undefined) giveUp("Node 24 or newer is needed. Run: npm ci --include=optional, or install Node 26.");
  return { node, env };
}

function missingPackages(env, redis) {
  const missing = [];
  if (redis && !answers("redis-server", ["--version"], env)) missing.push("redis-server");
  if (bundledNode(root).state === "lacks-libatomic1") missing.push("libatomic1");
  return missing;
}

function childPath() {
  return [join(tools, "bin"), join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
}

function giveUp(sentence) {
  say(sentence);
  process.exit(1);
}
