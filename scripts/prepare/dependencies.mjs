// npm's packages: installed when what lies in node_modules is not what package-lock.json asks for.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "../processes.mjs";

/**
 * Whether node_modules holds what the lock file asks for. npm records what it installed in node_modules/.package-lock.json
 * as its last act, so an interrupted installation has no record and counts as none.
 */
export function dependenciesAreCurrent(root) {
  const installed = packagesIn(join(root, "node_modules", ".package-lock.json"));
  const wanted = packagesIn(join(root, "package-lock.json"));
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path];
    // Packages for other machines are left out; the record does not name them.
    if (found === undefined) return path === "" || !path.includes("node_modules/") || entry.optional === true;
    // Where a package came from is the registry's affair; only a link's place is ours.
    if (entry.link === true) return found.link === true && found.resolved === entry.resolved;
    return found.version === entry.version && sameContent(found.integrity, entry.integrity);
  });
}

/** Entries of other platforms may have no hash in the lock file; then any is right. */
function sameContent(installed, locked) {
  return locked === undefined || installed === locked;
}

/** Runs `npm ci` with the npm that called us, if one did; development and optional packages are always wanted. */
export function installDependencies(root) {
  const args = ["ci", "--include=dev", "--include=optional"];
  const npm = process.env.npm_execpath;
  // By its path and our own Node: `node` on npm's PATH may be the bundled one, which can't start without libatomic1.
  return npm?.endsWith("npm-cli.js") === true
    ? succeeds(process.execPath, [npm, ...args], { cwd: root })
    : succeeds("npm", args, { cwd: root });
}

function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}
