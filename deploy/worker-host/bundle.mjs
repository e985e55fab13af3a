#!/usr/bin/env node
// Packs what a worker host needs and Debian does not have: the program, its packages and Node, in one file.
//   node deploy/worker-host/bundle.mjs [--arch x64|arm64] [--out DIR]
// Prints the file's path and its SHA-256. The host then asks no package registry of npm's.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const { values } = parseArgs({
  options: { arch: { type: "string", default: process.arch }, out: { type: "string", default: join(root, "data") } },
});
const { arch, out } = values;
const stage = mkdtempSync(join(tmpdir(), "causeway-bundle-"));

try {
  if (arch !== "x64" && arch !== "arm64") throw new Error(`--arch ${arch}: there is x64 and arm64.`);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // A temporary folder is for its owner alone; what the bundle unpacks to is for the worker's user, too.
  chmodSync(stage, 0o755);
  unpackCommitted();
  // npm's Node comes along: it is an optional package, and only the one of the wished architecture is taken.
  const target = [`--cpu=${arch}`, "--os=linux", "--libc=glibc"];
  run("npm", ["ci", "--omit=dev", "--include=optional", ...target], stage);
  // Compiled code fits this machine's architecture only; elsewhere the WebAssembly module does the work.
  if (arch === process.arch) run(process.execPath, ["packages/shared/native/build.mjs"], stage);
  mkdirSync(out, { recursive: true });
  const file = join(resolve(out), `causeway-host-${version}-${arch}.tar.gz`);
  // The same tree gives the same file.
  const fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", `--mtime=@${commitSeconds()}`];
  run("tar", [...fixed, "--use-compress-program=gzip -n -6", "-cf", file, "."], stage);
  process.stdout.write(`${file}\n${createHash("sha256").update(readFileSync(file)).digest("hex")}\n`);
} catch (error) {
  process.stderr.write(`bundle: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** The product as it is committed, without its tests: a bundle is the same for everybody who has the commit. */
function unpackCommitted() {
  const wanted = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "LICENSE",
    "packages",
    "services",
    "deploy/worker-host",
  ];
  const archive = join(stage, "..", `${basename(stage)}.tar`);
  run("git", ["archive", "--format=tar", `--output=${archive}`, "HEAD", "--", ...wanted], root);
  run(
    "tar",
    ["-xf", archive, "-C", stage, "--exclude=*.test.ts", "--exclude=packages/*/test", "--exclude=services/*/test"],
    root,
  );
  rmSync(archive);
}

function commitSeconds() {
  return run("git", ["log", "-1", "--format=%ct"], root, "pipe").trim();
}

function run(program, args, cwd, stdout = 2) {
  const ended = spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", stdout, 2] });
  if (ended.error !== undefined) throw new Error(`${program} cannot be run: ${ended.error.message}`);
  if (ended.status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${ended.status}.`);
  return ended.stdout ?? "";
}
