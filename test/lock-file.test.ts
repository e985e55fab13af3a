import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = lockOf("../package-lock.json");
/** The infrastructure program has packages of its own, outside the workspaces. */
const locks = {
  "package-lock.json": packages,
  "deploy/infra/package-lock.json": lockOf("../deploy/infra/package-lock.json").packages,
};

function lockOf(path: string): Lock {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

// npm drops optional packages whose versions a registry lacks from the lock file, and then `npm ci` refuses the file.
test("the lock file names the optional packages of every platform, so that npm ci takes it anywhere", () => {
  const named = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/"))));
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !named.has(`node_modules/${name}`));
  assert.deepEqual(missing, []);
});

test("every package in the lock file has a version", () => {
  const unversioned = Object.entries(packages).filter(
    ([path, entry]) => path !== "" && entry.link !== true && entry.version === undefined,
  );
  assert.deepEqual(
    unversioned.map(([path]) => path),
    [],
  );
});

for (const [file, entries] of Object.entries(locks)) {
  test(`${file} names no registry`, () => {
    assert.deepEqual(
      Object.values(entries).filter((entry) => entry.resolved?.startsWith("http") === true),
      [],
    );
  });
}
