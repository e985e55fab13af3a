import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createMetrics } from "@causeway/shared/platform/metrics.ts";
import { copiedOutcome, someObject } from "@causeway/shared/testing/builders.ts";
import { createOutcomeBook } from "./outcome-book.ts";
import { tellTask } from "./tell-task.ts";

const [first, second] = [someObject({ key: "a", sizeBytes: 10 }), someObject({ key: "b", sizeBytes: 20 })];
const failed: Outcome = {
  state: "failed",
  index: 1,
  key: "b",
  sizeBytes: 20,
  sourceEtag: "e",
  attempts: 3,
  atMs: 0,
  code: "SOURCE_ARCHIVED",
  message: "It is archived.",
};

async function told(level: "info" | "debug") {
  let text = "";
  const log = createLogger({ service: "worker", level, version: "0" }, { write: (line) => void (text += line) });
  const meter = createMetrics("worker");
  tellTask(
    {
      pointer: { version: 1, jobId: "j", taskId: "t".repeat(32), run: 1 },
      taken: {
        answer: "held",
        task: { jobId: "j", taskId: "t".repeat(32), run: 1, start: 2 },
        manifest: { kind: "copy-batch", objects: [first, second] },
        progress: [],
        parts: [],
        crashes: new Map(),
        revision: 1,
      },
      book: createOutcomeBook(2, [copiedOutcome(first, 0), failed]),
    },
    { log, meter },
  );
  return {
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    metrics: await meter.text(),
  };
}

test("a committed task has one line of the log, with what became of its objects", async () => {
  const { lines, metrics } = await told("info");
  assert.equal(lines.length, 1);
  const { level, jobId, attempt, copied, failed, bytes, failedByCode } = lines[0];
  assert.deepEqual([level, jobId, attempt, copied, failed, bytes], ["info", "j", 2, 1, 1, 10]);
  assert.deepEqual(failedByCode, { SOURCE_ARCHIVED: 1 });
  assert.match(metrics, /migration_objects_total\{outcome="failed",service="worker"\} 1/);
});

test("at level debug each object has a line too, with its key, its attempt and its code", async () => {
  const { lines } = await told("debug");
  assert.equal(lines.length, 3);
  const { key, outcome, attempt, code, why } = lines[2];
  assert.deepEqual([key, outcome, attempt, code, why], ["b", "failed", 3, "SOURCE_ARCHIVED", "It is archived."]);
});
