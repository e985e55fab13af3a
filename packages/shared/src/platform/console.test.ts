import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("what a library prints to the console is a line of the log", () => {
  const script = `
    const { createLogger } = await import("./logger.ts");
    const { adoptConsole } = await import("./console.ts");
    adoptConsole(createLogger({ service: "test", level: "info", version: "0" }));
    console.warn("IMPORTANT! Eviction policy is %s.", "allkeys-lru");
    console.error({ password: "hunter2" }.password.length);
  `;
  const options = { cwd: import.meta.dirname, encoding: "utf8" } as const;
  const text = execFileSync(process.execPath, ["--input-type=module-typescript", "--eval", script], options);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, msg, from }) => [level, msg, from]),
    [
      ["warn", "IMPORTANT! Eviction policy is allkeys-lru.", "console"],
      ["warn", "7", "console"],
    ],
  );
});
