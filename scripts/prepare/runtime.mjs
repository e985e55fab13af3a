// A Node that runs TypeScript: the one npm brought, or the user's own where it is new enough.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "../processes.mjs";

/** The first release line whose type stripping is on by default and that the project is tested with. */
const oldestMajor = 24;

/**
 * The Node that npm installed: `{ state: "works", path }`, `{ state: "lacks-libatomic1" }`, or `{ state: "absent" }` where
 * npm has none for this machine or it does not start here.
 */
export function bundledNode(root) {
  const path = join(root, "node_modules", ".bin", "node");
  if (!existsSync(path)) return { state: "absent" };
  const { status, stderr } = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (status === 0) return { state: "works", path };
  return { state: stderr?.includes("libatomic") === true ? "lacks-libatomic1" : "absent" };
}

/** The user's own Node, where it is new enough. */
export function ownNode(env) {
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return process.execPath;
  const version = outputOf("node", ["--version"], { env });
  return version !== undefined && Number.parseInt(version.slice(1), 10) >= oldestMajor ? "node" : undefined;
}

/** Puts a script in the bundled Node's place that starts it with the unpacked libatomic1, for npm and npx alike. */
export function wrapBundledNode(root, tools) {
  const link = join(root, "node_modules", ".bin", "node");
  const node = join(root, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  rmSync(link, { force: true });
  writeWrapper(link, node, tools);
}

/** A script at `path` that becomes `program`, with the libraries unpacked under `tools`. */
export function writeWrapper(path, program, tools) {
  const libraries = ["usr/lib", "lib"].map((folder) => join(tools, "root", folder, triplet()));
  const search = `${libraries.join(":")}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`;
  writeFileSync(path, `#!/bin/sh\nexport LD_LIBRARY_PATH="${search}"\nexec "${program}" "$@"\n`);
  chmodSync(path, 0o755);
}

/** Debian's name for this machine's kind of library folder. */
function triplet() {
  return process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
}
