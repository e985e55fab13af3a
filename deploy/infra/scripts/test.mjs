// npm test: installs this folder's packages where they are missing, checks the types, and runs the tests, all with Pulumi's mocks: no
// account, no command line of Pulumi's. Plain JavaScript, because it runs on whatever Node there is.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const bundled = join(folder, "../../node_modules/.bin/node");
const node = Number.parseInt(process.versions.node, 10) >= 24 || !existsSync(bundled) ? process.execPath : bundled;
const record = join(folder, "node_modules", ".package-lock.json");

/** npm writes the record last, so an older one than the lock file means other packages, or half of them. */
const isInstalled =
  existsSync(record) && statSync(record).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs;

const steps = [
  ...(isInstalled ? [] : [["npm", ["ci"]]]),
  [node, ["node_modules/typescript/bin/tsc", "--project", "."]],
  [node, ["--test", "--test-reporter=spec", "test/*.check.ts"]],
];
const failed = steps.find(
  ([program, args]) => spawnSync(program, args, { cwd: folder, stdio: "inherit" }).status !== 0,
);
process.exitCode = failed === undefined ? 0 : 1;
