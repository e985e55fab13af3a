import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runCli } from "./cli.ts";

/** The names in a help's list of commands. */
async function commandsOf(...path: string[]): Promise<string[]> {
  const { out } = await runCli([...path, "--help"]);
  const list = out.split("\nCommands:\n")[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

async function leaves(...path: string[]): Promise<string[][]> {
  const names = await commandsOf(...path);
  if (names.length === 0) return [path];
  const below = await Promise.all(names.map((name) => leaves(...path, name)));
  return below.flat();
}

describe("the help", async () => {
  const commands = await leaves();

  test("lists every command that scripts rely on", () => {
    const names = commands.map(([name]) => name);
    const expected =
      "submit list stat pause resume cancel retry failures report workers preflight compare limits delete version emulators quickstart completion";
    for (const name of expected.split(" ")) {
      assert.ok(names.includes(name), name);
    }
  });

  for (const path of commands) {
    test(`causeway ${path.join(" ")} has examples in its help, and takes --json`, async () => {
      const { out, code } = await runCli([...path, "--help"]);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Examples:\\n  \\$ .*causeway ${path.join(" ")}`));
      assert.match(out, /--json/);
    });
  }

  test("says where the API's address and key come from, and what exit codes mean", async () => {
    const { out, code } = await runCli(["--help"]);
    assert.equal(code, 0);
    assert.match(out, /CAUSEWAY_API_KEY/);
    assert.match(out, /Exit codes: 0 done, 1 the job failed/);
  });

  test("an empty job file is refused as what it is", async () => {
    const { err, code } = await runCli(["submit", "/dev/null"]);
    assert.equal(code, 2);
    assert.match(err, /\/dev\/null is empty/);
  });

  test("a command that does not exist is wrong use, and help on it is at hand", async () => {
    const { err, code } = await runCli(["submitt"]);
    assert.equal(code, 2);
    assert.match(err, /unknown command 'submitt'/);
    assert.match(err, /submit/);
  });
});
