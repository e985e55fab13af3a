// Debian packages: installed by whoever may, unpacked into a folder of the checkout by whoever may not.

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { answers, outputOf, say, succeeds } from "../processes.mjs";
import { writeWrapper } from "./runtime.mjs";

/** Programs of the packages that we use, and so need a wrapper where the package is only unpacked. */
const programs = ["redis-server", "redis-cli"];

/** The same package under other package managers' names. */
const otherNames = { dnf: { "redis-server": "redis", libatomic1: "libatomic" }, brew: { "redis-server": "redis" } };

/** Makes Debian packages present. Answers how, or undefined where it could not. */
export function providePackages(names, tools) {
  if (!answers("apt-get", ["--version"])) return undefined;
  const privilege = privilegePrefix();
  if (privilege !== undefined && install(names, privilege)) return "installed";
  return unpack(names, tools) ? "unpacked" : undefined;
}

/** The one command that a person runs where we can't. */
export function commandToInstall(names) {
  for (const [manager, renamed] of Object.entries(otherNames)) {
    if (!answers(manager, ["--version"])) continue;
    const sudo = manager === "brew" ? "" : "sudo ";
    return `${sudo}${manager} install ${names.map((name) => renamed[name] ?? name).join(" ")}`;
  }
  return `sudo apt-get install -y ${names.join(" ")}`;
}

/** What to put before a command that needs root; undefined where nothing helps. */
function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  return answers("sudo", ["-n", "true"]) ? ["sudo", "-n"] : undefined;
}

function install(names, privilege) {
  const [program, ...before] = [...privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
  const apt = (...args) => succeeds(program, [...before, "-qq", "-o", "DPkg::Lock::Timeout=300", ...args]);
  const all = ["install", "-y", "--no-install-recommends", ...names];
  // Lists may be absent or stale; the second try has fresh ones.
  return apt(...all) || (apt("update") && apt(...all));
}

/**
 * Downloads the packages and those they depend on that the system lacks, and unpacks them under `tools`. Uses the
 * system's package lists where they serve, else lists of its own.
 */
function unpack(names, tools) {
  say(`packages cannot be installed here; unpacking them under ${tools}`);
  if (!unpackWith([], names, tools)) {
    const own = privateLists(tools);
    if (!succeeds("apt-get", ["-q", ...own, "update"]) || !unpackWith(own, names, tools)) return false;
  }
  const bin = join(tools, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of programs) {
    const unpacked = join(tools, "root", "usr", "bin", program);
    if (existsSync(unpacked)) writeWrapper(join(bin, program), unpacked, tools);
  }
  return true;
}

function unpackWith(options, names, tools) {
  const plan = outputOf("apt-get", ["-s", ...options, "install", "--no-install-recommends", ...names]);
  if (plan === undefined) return false;
  const wanted = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  // A package that is installed but does not serve (another user's PATH, a broken link) is unpacked all the same.
  const all = [...new Set([...wanted, ...names])];
  const debs = join(tools, "debs");
  rmSync(debs, { recursive: true, force: true });
  mkdirSync(debs, { recursive: true });
  if (!succeeds("apt-get", ["-q", ...options, "download", ...all], { cwd: debs })) return false;
  const unpacked = readdirSync(debs).every((deb) => succeeds("dpkg", ["-x", join(debs, deb), join(tools, "root")]));
  rmSync(debs, { recursive: true });
  return unpacked;
}

/** apt's options for lists and caches in folders of our own; installed packages are still the system's. */
function privateLists(tools) {
  const state = join(tools, "apt", "state");
  const cache = join(tools, "apt", "cache");
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(cache, "archives", "partial"), { recursive: true });
  const settings = [`Dir::State=${state}`, `Dir::Cache=${cache}`, "Dir::State::status=/var/lib/dpkg/status"];
  return settings.flatMap((setting) => ["-o", setting]);
}
