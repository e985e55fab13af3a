import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const folder = fileURLToPath(new URL("../../deploy/infra", import.meta.url));

// It has a lock file of its own, so its packages are installed here, and not with the workspaces'.
test("the infrastructure program's types fit, and its own checks pass", { timeout: 480_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/test.mjs"], {
    cwd: folder,
    // Its tests are no part of this run: told so, they would not run at all.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, /ℹ fail 0/);
});
