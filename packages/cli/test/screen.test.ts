import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Stats } from "../src/api/schemas.ts";
import { shownBytes, shownSeconds } from "../src/screen/figures.ts";
import { frameOf } from "../src/screen/frame.ts";
import { createPaint, createRedraw } from "../src/screen/screen.ts";
import { runCli } from "./cli.ts";

const stats: Stats = {
  jobName: "local_test",
  jobState: "Running",
  stateReason: null,
  pendingTasks: 3,
  dispatchedTasks: 2,
  runningTasks: 1,
  succeedTasks: 4,
  failedTasks: 0,
  scanFinished: true,
  runningTasksProgress: [],
  objects: { listed: 42, copied: 20, skipped: 0, failed: 1 },
  bytes: { listed: 191_048, copied: 95_000, skipped: 0 },
  rate: { objectsPerSecond: 2, bytesPerSecond: 9000, etaSeconds: 11 },
  failuresByCode: { SOURCE_ARCHIVED: 1 },
};
const plain = createPaint({ columns: () => undefined, colours: "on" });

const red = (columns: number | undefined, colours: "on" | "off") =>
  createPaint({ columns: () => columns, colours })("red", "x");

describe("a watched job on a terminal", () => {
  test("shows a bar, a table and what failed", () => {
    const [title, bar, ...rest] = frameOf(stats, 100, plain);
    assert.equal(title, "local_test  Running");
    assert.equal(bar, `[${"#".repeat(20)}${"-".repeat(20)}]  50 %  92.8 KiB of 186.6 KiB  8.8 KiB/s  11 s left`);
    assert.match(rest.join("\n"), /objects +42 +20 +0 +1 +2\.0\n/);
    assert.match(rest.join("\n"), /failed +1 {2}SOURCE_ARCHIVED/);
  });

  test("never is wider than the terminal, and says 100 % only when all is done", () => {
    for (const columns of [20, 60, 200]) {
      for (const line of frameOf(stats, columns, plain)) assert.ok(line.length <= columns, line);
    }
    const almost = { ...stats, objects: { listed: 100_000, copied: 99_999, skipped: 0, failed: 0 } };
    assert.match(frameOf(almost, 100, plain)[1] ?? "", / 99 %/);
    const all = { ...stats, objects: { listed: 3, copied: 1, skipped: 1, failed: 1 } };
    assert.match(frameOf(all, 100, plain)[1] ?? "", /100 %/);
  });

  test("is drawn over the picture before", () => {
    let printed = "";
    const redraw = createRedraw((text) => void (printed += text));
    redraw(["a", "b"]);
    redraw(["c"]);
    assert.equal(printed, "a\nb\n\x1b[2A\x1b[Jc\n");
  });

  test("has colours only on a terminal that wants them", () => {
    assert.equal(red(80, "on"), "\x1b[31mx\x1b[0m");
    assert.equal(red(80, "off"), "x");
    assert.equal(red(undefined, "on"), "x");
  });

  const ended = { ...stats, jobState: "Succeed", failuresByCode: {} };
  const job = { id: "1", name: "local_test", state: "completed", createdAt: "", endedAt: "now" };
  const api = {
    json: async (_schema: unknown, { path }: { path: string }) =>
      path.endsWith("/stats") ? ended : { ...job, jobState: "Succeed", stateReason: null },
    text: async () => "",
  };

  test("without a terminal --watch prints OSSImport's blocks, with --json an object a line", async () => {
    // Only what the command reads of an answer is given.
    const blocks = await runCli(["stat", "local_test", "--watch"], { api: api as never });
    assert.match(blocks.out, /^-{14} job stats -{15}\n-{16} job stat -{18}\nJobName:local_test\nJobState:Succeed\n/);
    const lines = await runCli(["stat", "local_test", "--watch", "--json"], { api: api as never, columns: 80 });
    assert.equal(JSON.parse(lines.out).jobName, "local_test");
    const drawn = await runCli(["stat", "local_test", "--watch"], { api: api as never, columns: 80, colours: "on" });
    assert.match(drawn.out, /\x1b\[32mSucceed/);
  });
});

test("figures are written as people read them", () => {
  assert.deepEqual([0, 1023, 191_048, 1024 ** 4].map(shownBytes), ["0 B", "1023 B", "186.6 KiB", "1.0 TiB"]);
  assert.deepEqual([1, 90, 3700, 200_000].map(shownSeconds), ["1 s", "2 min", "1 h 2 min", "2 d 7 h"]);
});
