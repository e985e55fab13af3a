import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { copiedOutcome, someCounts, someJob, someObject } from "../testing/builders.ts";
import { emptySummary, reportCsv, reportOf, reportText, summarized } from "./report.ts";

const record = someJob({
  id: "a".repeat(32),
  state: "completed",
  createdAtMs: Date.UTC(2026, 0, 1),
  endedAtMs: Date.UTC(2026, 0, 1, 0, 0, 10),
});
const counts = someCounts({
  listedObjects: 3,
  listedBytes: 3000,
  tally: { copiedObjects: 2, copiedBytes: 2000, skippedObjects: 0, skippedBytes: 0, failedObjects: 1 },
  failuresByCode: { SOURCE_ARCHIVED: 1 },
});
const journal = [copiedOutcome(someObject(), 0), { ...copiedOutcome(someObject(), 1), attempts: 2 }].reduce(
  summarized,
  emptySummary,
);
const report = reportOf({ record, counts, journal, nowMs: 0 });

describe("a job's report", () => {
  test("it tells the counts, the average rate, and for each failure what to do", () => {
    assert.equal(report.jobState, "Failed");
    assert.deepEqual(report.objects, { listed: 3, copied: 2, skipped: 0, failed: 1 });
    assert.deepEqual(report.averageRate, { objectsPerSecond: 0.2, bytesPerSecond: 200 });
    assert.match(report.failures[0]?.cure ?? "", /Restore it at the source/);
    assert.deepEqual(report.journal, { copiedByProof: { md5: 2 }, skippedByReason: {}, copiedAgain: 1 });
  });

  test("the text names job, both sides and every failure code", () => {
    const text = reportText(report);
    assert.match(text, /^Job local_test \(a{32}\): Failed\n/);
    assert.match(text, /from s3:\/\/eric-s3-tokyo\/source_folder\//);
    assert.match(text, /SOURCE_ARCHIVED: 1 objects\./);
    assert.match(text, /proven by: md5 2/);
  });

  test("the table has one figure a row, quoted where commas are inside, and nothing that a spreadsheet would calculate", () => {
    const rows = reportCsv({ ...report, source: "=1+1" }).split("\r\n");
    assert.equal(rows[0], "figure,value");
    assert.ok(rows.includes("objects.copied,2"));
    assert.ok(rows.includes("source,'=1+1"));
    assert.ok(rows.some((row) => row.startsWith('failures.0.cure,"Restore')));
  });
});
