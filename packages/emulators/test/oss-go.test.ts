import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { BUCKET, startOss } from "./oss-emulator.ts";

const SDK = "/usr/share/gocode/src/github.com/aliyun/aliyun-oss-go-sdk";
const GO_TIMEOUT_MS = 300_000;
const run = promisify(execFile);

/** Why the examination cannot take place here; undefined where it can. */
async function obstacle(): Promise<string | undefined> {
  const goVersion = await run("go", ["version"]).catch(() => undefined);
  if (goVersion === undefined) return "no Go compiler (Debian: golang-go)";
  return existsSync(SDK) ? undefined : "no Go SDK (Debian: golang-github-aliyun-aliyun-oss-go-sdk-dev)";
}

const reason = await obstacle();

test("Alibaba's Go SDK is satisfied", { skip: reason ?? false, timeout: GO_TIMEOUT_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "go-examiner-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "go-examiner");
  await run("go", ["build", "-o", program, "."], {
    cwd: join(import.meta.dirname, "go-examiner"),
    env: {
      ...process.env,
      GOPATH: "/usr/share/gocode",
      GO111MODULE: "off",
      CGO_ENABLED: "0",
      GOCACHE: process.env["GOCACHE"] ?? join(folder, "cache"),
    },
  });
  const oss = await startOss();
  try {
    const { stdout } = await run(program, [oss.url, oss.accessKeyId, oss.secretAccessKey, BUCKET]);
    const passed = stdout.trim().split("\n");
    assert.deepEqual(
      passed,
      ["buckets", "objects", "listing", "multipart", "copies", "append", "symlinks", "refusals"].map(
        (name) => `ok ${name}`,
      ),
    );
  } finally {
    await oss.close();
  }
});
