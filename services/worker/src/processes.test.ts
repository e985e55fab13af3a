import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { type ParentProcess, runProcesses } from "./processes.ts";

const log = createLogger({ service: "test", level: "fatal", version: "0" });

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 1500, "it did not come about in time");
    await wait(20);
  }
}

test("one process is this one: nothing is started", async () => {
  const parent: ParentProcess = { execPath: "", argv: [], on: () => {}, exit: () => assert.fail() };
  await runProcesses({ count: 1, environmentOf: () => ({}) }, parent, log);
});

test(
  "several processes run side by side, one that dies is started anew, a signal reaches all",
  { timeout: 60_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-processes-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const script = `
    const { appendFileSync } = require("node:fs");
    const file = ${JSON.stringify(folder)} + "/" + process.env.N;
    appendFileSync(file, process.pid + "\\n");
    process.on("SIGTERM", () => process.exit(0));
    setInterval(() => {}, 1000);
  `;
    const pids = (n: number): readonly number[] => {
      const file = join(folder, String(n));
      return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
    };
    const listeners: ((signal: NodeJS.Signals) => void)[] = [];
    const exited = Promise.withResolvers<number>();
    const parent: ParentProcess = {
      execPath: process.execPath,
      argv: ["", "-e", script],
      on: (_event, listener) => listeners.push(listener),
      exit: (code) => exited.resolve(code) as never,
    };
    void runProcesses({ count: 2, environmentOf: (n) => ({ ...process.env, N: String(n) }) }, parent, log);
    await until(() => pids(0).length === 1 && pids(1).length === 1);
    const [first = 0] = pids(0);
    process.kill(first, "SIGKILL");
    await until(() => pids(0).length === 2);
    assert.equal(pids(1).length, 1, "the other one went on");
    await wait(500);
    for (const listener of listeners.slice(0, 1)) listener("SIGTERM");
    assert.equal(await exited.promise, 0);
  },
);
