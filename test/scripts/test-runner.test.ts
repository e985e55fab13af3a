import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const passing = 'import { test } from "node:test";\ntest("passes", () => {});\n';
const failing = 'import { test } from "node:test";\ntest("fails", () => { throw new Error("as it should"); });\n';
const skipping = 'import { test } from "node:test";\ntest("waits", { skip: "no moon" }, () => {});\n';

/** A checkout that has our scripts and packages and only the given test files. */
function checkout(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "causeway-runner-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["scripts", "package.json", "package-lock.json"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Runs a script of the checkout as npm would, on a machine without Docker, Chromium and so on. */
function run(folder: string, script: string, settings: Readonly<Record<string, string>> = {}, args: string[] = []) {
  // A nested node:test would report to the outer one instead of to its reporters.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const env = { ...inherited, DOCKER_HOST: "unix:///nowhere/docker.sock", CI: "false", ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("scripts", script), ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr, lastLine: stdout.trimEnd().split("\n").at(-1) };
}

describe("npm test", () => {
  test("ends with the sums of all groups", () => {
    const folder = checkout({ "packages/a/src/a.test.ts": passing, "packages/a/test/b.test.ts": passing });
    const { status, lastLine } = run(folder, "test.mjs");
    assert.deepEqual({ status, lastLine }, { status: 0, lastLine: "2 passed, 0 failed, 0 skipped" });
  });

  test("fails when one test fails", () => {
    const folder = checkout({ "packages/a/src/a.test.ts": passing, "packages/a/test/b.test.ts": failing });
    const { status, lastLine } = run(folder, "test.mjs");
    assert.deepEqual({ status, lastLine }, { status: 1, lastLine: "1 passed, 1 failed, 0 skipped" });
  });

  test("names what it skips, and why", () => {
    const needing = `// needs: docker\n${failing}`;
    const folder = checkout({ "test/a.test.ts": needing, "test/b.test.ts": skipping, "test/c.test.ts": passing });
    const { status, stdout, lastLine } = run(folder, "test.mjs");
    assert.match(stdout, /^skipped test\/a\.test\.ts: no Docker engine answers$/m);
    assert.match(stdout, /^skipped test\/b\.test\.ts, "waits": no moon$/m);
    assert.deepEqual({ status, lastLine }, { status: 0, lastLine: "1 passed, 0 failed, 2 skipped" });
  });

  test("fails when nothing ran", () => {
    const folder = checkout({ "test/a.test.ts": skipping });
    assert.equal(run(folder, "test.mjs").status, 1);
  });

  test("refuses a need that it does not know", () => {
    const folder = checkout({ "test/a.test.ts": `// needs: luck\n${passing}` });
    const { status, stderr } = run(folder, "test.mjs");
    assert.notEqual(status, 0);
    assert.match(stderr, /needs "luck", which is none of/);
  });

  test("refuses containers that are not announced", () => {
    const folder = checkout({ "test/a.test.ts": `import { GenericContainer } from "testcontainers";\n${passing}` });
    const { status, stderr } = run(folder, "test.mjs");
    assert.notEqual(status, 0);
    assert.match(stderr, /starts containers; say so at its top/);
  });

  test("runs only the files whose path starts as asked", () => {
    const folder = checkout({ "packages/a/src/a.test.ts": passing, "packages/b/src/b.test.ts": failing });
    assert.equal(run(folder, "test.mjs", {}, ["packages/a"]).lastLine, "1 passed, 0 failed, 0 skipped");
  });
});

describe("npm run test:e2e", () => {
  const files = { "test/a.e2e.ts": `// needs: docker\n${passing}` };

  test("skips what cannot run here", () => {
    assert.equal(run(checkout(files), "test-e2e.mjs").status, 0);
  });

  test("fails for a skip where CI=true", () => {
    const { status, stderr } = run(checkout(files), "test-e2e.mjs", { CI: "true" });
    assert.notEqual(status, 0);
    assert.match(stderr, /every suite must run/);
  });
});
