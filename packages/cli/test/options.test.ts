import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import type { CliContext } from "../src/context.ts";
import { runCommand } from "../src/program.ts";

/** Runs one command line against an API that answers every call with `answer`. */
async function run(args: readonly string[], answer: unknown = {}) {
  const said: string[] = [];
  const notes: string[] = [];
  let [calls, exitCode] = [0, 0];
  const context: CliContext = {
    config: {
      apiUrl: "http://127.0.0.1:1",
      apiKey: "key",
      sourceCredentials: undefined,
      targetCredentials: undefined,
      credentialsUnder: () => undefined,
      colours: "off",
      environment: {},
    },
    screen: { columns: () => undefined, colours: "off" },
    api: {
      json: async (schema) => {
        calls += 1;
        // Only what the commands under test read of an answer is given.
        return answer as z.infer<typeof schema>;
      },
      text: async () => "",
    },
    say: (line) => said.push(line),
    note: (line) => notes.push(line),
    print: (text) => said.push(text),
    endWith: (code) => {
      exitCode = Math.max(exitCode, code);
    },
    stopping: new AbortController().signal,
  };
  await runCommand(args, context);
  return { said, notes, calls, exitCode };
}

for (const limit of ["abc", "-1", "0", "1.5", ""]) {
  test(`failures --limit ${JSON.stringify(limit)} is refused, and the API is not asked`, async () => {
    const { notes, calls, exitCode } = await run(["failures", "local_test", "--limit", limit]);
    assert.equal(exitCode, 2);
    assert.equal(calls, 0);
    assert.match(notes.join("\n"), /whole number, 1 or more/);
  });
}

test("a retry says how many objects are tried again, that the listing goes on, or that nothing failed", async () => {
  const some = await run(["retry", "local_test"], { objects: 3, tasks: 1 });
  assert.deepEqual(some.said, ["3 objects are tried again in 1 tasks."]);
  const listing = await run(["retry", "local_test"], { objects: 0, tasks: 0, scanFinished: false });
  assert.deepEqual(listing.said, ["No failed object is there to be tried again; the listing goes on."]);
  const nothing = await run(["retry", "local_test"], { objects: 0, tasks: 0, scanFinished: true });
  assert.deepEqual(nothing.said, ["No failed object is there to be tried again."]);
});
