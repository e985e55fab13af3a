import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { someCounts, someJob } from "../testing/builders.ts";
import { statsOf, statsText } from "./stats.ts";

const running = {
  taskId: "8528637a126676a4fd0d2f981ed5e0ef",
  startedAtMs: 1_544_176_618_182,
  bytesDone: 191_048,
  bytesTotal: 191_048,
  objectsDone: 42,
  objectsTotal: 42,
};

describe("a job's stats", () => {
  test("the text block is OSSImport's, byte for byte", () => {
    const counts = someCounts({ dispatchedTasks: 1, runningTasks: 1, listingFinished: true, running: [running] });
    assert.equal(
      statsText([statsOf(someJob(), counts)]),
      `-------------- job stats ---------------
---------------- job stat ------------------
JobName:local_test
JobState:Running
PendingTasks:0
DispatchedTasks:1
RunningTasks:1
SucceedTasks:0
FailedTasks:0
ScanFinished:true
RunningTasks Progress:
8528637A126676A4FD0D2F981ED5E0EF_1544176618182:191048/191048 42/42
----------------------------------------
`,
    );
  });

  test("a completed job with failed objects is Failed to OSSImport's users", () => {
    const tally = { copiedObjects: 1, copiedBytes: 10, skippedObjects: 0, skippedBytes: 0, failedObjects: 1 };
    const job = someJob({ state: "completed" });
    assert.equal(statsOf(job, someCounts({ tally })).jobState, "Failed");
    assert.equal(statsOf(job, someCounts()).jobState, "Succeed");
  });

  test("the rate is that of about the last minute, and the time left follows from objects and bytes", () => {
    const counts = someCounts({
      listedObjects: 100,
      listedBytes: 10_000,
      listingFinished: true,
      tally: { copiedObjects: 50, copiedBytes: 1000, skippedObjects: 0, skippedBytes: 0, failedObjects: 0 },
      recent: { objects: 50, bytes: 1000, overMs: 10_000 },
    });
    // 50 objects at 5/s would take 10 s, 9,000 bytes at 100/s take 90 s.
    assert.deepEqual(statsOf(someJob(), counts).rate, { objectsPerSecond: 5, bytesPerSecond: 100, etaSeconds: 90 });
    const listing = statsOf(someJob(), { ...counts, listingFinished: false });
    assert.equal(listing.rate.etaSeconds, null);
    for (const state of ["paused", "completed", "cancelled", "failed"] as const) {
      const standing = statsOf(someJob({ state }), counts);
      assert.deepEqual(standing.rate, { objectsPerSecond: 0, bytesPerSecond: 0, etaSeconds: null }, state);
    }
  });
});
