import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runCli } from "./cli.ts";

const run = promisify(execFile);
const complete = async (...typed: string[]) => (await runCli(["complete", "--", ...typed])).out.trimEnd().split("\n");

describe("completion", () => {
  test("offers the commands first", async () => {
    const offered = await complete("");
    assert.ok(offered.includes("submit") && offered.includes("preflight") && !offered.includes("complete"));
  });

  test("offers a command's options behind a dash, and an option's choices behind it", async () => {
    const options = await complete("stat", "--");
    assert.ok(options.includes("--watch") && options.includes("--json"));
    assert.deepEqual(await complete("report", "local_test", "--format", ""), ["text", "json", "csv"]);
  });

  test("offers files where a file is wanted, and nothing where all is said", async () => {
    assert.deepEqual(await complete("submit", ""), [":files"]);
    assert.deepEqual(await complete("retry", "local_test", "--file", "jo"), [":files"]);
    assert.deepEqual(await complete("version", ""), [""]);
    assert.deepEqual(await complete("completion", ""), ["bash", "zsh", "fish"]);
  });

  test("offers the jobs' names where a job is wanted, and none where no API answers", async () => {
    const job = { id: "1", name: "night", state: "running", jobState: "Running", stateReason: null };
    const page = { items: [{ ...job, createdAt: "", endedAt: null }], nextCursor: null };
    const api = { json: async () => page, text: async () => "" };
    // Only what the command reads of an answer is given.
    const { out } = await runCli(["complete", "--", "pause", "ni"], { api: api as never });
    assert.equal(out, "night\n");
    assert.deepEqual(await complete("pause", ""), [""]);
  });

  test("offers no name that a shell would take for a command", async () => {
    const items = ["$(reboot)", "a`reboot`", "a\nb", "night.2"].map((name) => {
      return { id: "1", name, state: "running", jobState: "Running", stateReason: null, createdAt: "", endedAt: null };
    });
    const api = { json: async () => ({ items, nextCursor: null }), text: async () => "" };
    const { out } = await runCli(["complete", "--", "stat", ""], { api: api as never });
    assert.equal(out, "night.2\n");
  });

  test("bash completes with the printed script", async () => {
    const folder = await mkdtemp(join(tmpdir(), "causeway-completion-"));
    try {
      const launcher = join(folder, "causeway");
      const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
      await writeFile(launcher, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
      await chmod(launcher, 0o755);
      const { out } = await runCli(["completion", "bash"]);
      await writeFile(join(folder, "script.sh"), out);
      const typed = `. ./script.sh; COMP_WORDS=(causeway pre); COMP_CWORD=1; _causeway; echo "\${COMPREPLY[@]}"
        COMP_WORDS=(causeway report x --format j); COMP_CWORD=4; _causeway; echo "\${COMPREPLY[@]}"
        COMP_WORDS=(causeway submit scr); COMP_CWORD=2; _causeway; echo "\${COMPREPLY[@]}"`;
      const env = {
        ...process.env,
        PATH: `${folder}:${process.env["PATH"] ?? ""}`,
        CAUSEWAY_API: "http://127.0.0.1:1",
      };
      const { stdout } = await run("bash", ["--norc", "-c", typed], { cwd: folder, env });
      assert.equal(stdout, "preflight\njson\nscript.sh\n");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
