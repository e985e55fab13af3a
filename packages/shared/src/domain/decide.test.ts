import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Decision, type DecisionRule, decide, needsRecord } from "./decide.ts";
import type { SourceObject, TargetObject } from "./object.ts";

const etag = "0123456789abcdef0123456789abcdef";
const otherEtag = "ffffffffffffffffffffffffffffffff";
const source: SourceObject = { key: "k", sizeBytes: 10, etag, lastModifiedMs: 1000, storageClass: "STANDARD" };
const there: TargetObject = {
  key: "k",
  sizeBytes: 10,
  etag: "OPAQUE-3",
  lastModifiedMs: 2000,
  crc64: 1n,
  recorded: undefined,
};
const recordedBy = (jobId: string, sourceEtag = etag, sourceModifiedMs = 1000) => ({
  recorded: { jobId, sourceEtag, sourceModifiedMs },
});
const rule = (overwrite: DecisionRule["overwrite"], unrecorded: DecisionRule["unrecorded"] = "copy"): DecisionRule => ({
  overwrite,
  unrecorded,
  jobId: "this",
});

const copy = (because: string) => ({ action: "copy", because }) as Decision;
const skip = (because: string) => ({ action: "skip", because }) as Decision;
const already: Decision = { action: "already-copied" };

const rows: readonly [string, Partial<TargetObject> | undefined, DecisionRule, Decision][] = [
  ["never copies what is missing", undefined, rule("never"), copy("missing")],
  ["never leaves what is there", {}, rule("never"), skip("exists")],
  ["never leaves what another job wrote", recordedBy("other"), rule("never"), skip("exists")],
  ["never counts what this job wrote", { ...recordedBy("this"), etag: etag.toUpperCase() }, rule("never"), already],
  ["always overwrites", {}, rule("always"), copy("always")],
  ["always overwrites what another job wrote", recordedBy("other"), rule("always"), copy("always")],
  ["always counts what this job wrote in parts", recordedBy("this"), rule("always"), already],
  ["if-different copies another size", { sizeBytes: 11 }, rule("if-different"), copy("size-differs")],
  ["if-different skips a recorded ETag", recordedBy("other"), rule("if-different"), skip("already-there")],
  [
    "if-different copies another recorded ETag, though sizes agree",
    recordedBy("other", otherEtag),
    rule("if-different", "trust-size"),
    copy("content-differs"),
  ],
  [
    "if-different compares MD5 ETags without regard to case",
    { etag: etag.toUpperCase() },
    rule("if-different"),
    skip("already-there"),
  ],
  ["if-different copies on another MD5", { etag: otherEtag }, rule("if-different"), copy("content-differs")],
  ["if-different copies where nothing is recorded", {}, rule("if-different"), copy("unrecorded")],
  ["trust-size skips where nothing is recorded", {}, rule("if-different", "trust-size"), skip("already-there")],
  [
    "trust-size does not trust another MD5",
    { etag: otherEtag },
    rule("if-different", "trust-size"),
    copy("content-differs"),
  ],
  [
    "an older version that this job wrote is copied anew",
    recordedBy("this", otherEtag),
    rule("if-different"),
    copy("content-differs"),
  ],
  [
    "this job's mark on another size is no proof",
    { ...recordedBy("this"), sizeBytes: 9 },
    rule("if-different"),
    copy("size-differs"),
  ],
  [
    "this job's mark on another MD5 is no proof",
    { ...recordedBy("this"), etag: otherEtag },
    rule("if-different"),
    copy("unproven"),
  ],
  [
    "this job's mark without a CRC is no proof",
    { ...recordedBy("this"), crc64: undefined },
    rule("never"),
    copy("unproven"),
  ],
  ["if-newer skips what is not newer than OSS' own time", {}, rule("if-newer"), skip("not-newer")],
  ["if-newer copies what is newer than OSS' own time", { lastModifiedMs: 999 }, rule("if-newer"), copy("newer")],
  ["if-newer compares with the recorded time first", recordedBy("other", etag, 999), rule("if-newer"), copy("newer")],
  [
    "if-newer skips an equal recorded time",
    { ...recordedBy("other"), lastModifiedMs: 1 },
    rule("if-newer"),
    skip("not-newer"),
  ],
];

for (const [title, target, by, expected] of rows) {
  test(`decide: ${title}`, () => {
    assert.deepEqual(decide(source, target && { ...there, ...target }, by), expected);
  });
}

const anyRule = fc.record({
  overwrite: fc.constantFrom("never", "always", "if-different", "if-newer"),
  unrecorded: fc.constantFrom("copy", "trust-size"),
  jobId: fc.constantFrom("this", "other"),
}) satisfies fc.Arbitrary<DecisionRule>;
const anyTarget = fc.record({
  key: fc.constant("k"),
  sizeBytes: fc.constantFrom(9, 10),
  etag: fc.constantFrom(etag, etag.toUpperCase(), otherEtag, "OPAQUE-3", "opaque"),
  lastModifiedMs: fc.constantFrom(500, 1000, 2000),
  crc64: fc.constantFrom(1n, undefined),
  recorded: fc.option(
    fc.record({
      sourceEtag: fc.constantFrom(etag, otherEtag),
      sourceModifiedMs: fc.constantFrom(500, 1000, 2000),
      jobId: fc.constantFrom("this", "other"),
    }),
    { nil: undefined },
  ),
}) satisfies fc.Arbitrary<TargetObject>;

test("a listing decides alone only where a HEAD would not change the decision", () => {
  fc.assert(
    fc.property(anyTarget, anyRule, (target, by) => {
      const listed = { ...target, crc64: undefined, recorded: undefined };
      if (needsRecord(source, listed, by)) return;
      assert.equal(decide(source, listed, by).action, decide(source, target, by).action);
    }),
  );
});

test("an object that this job proved there is never skipped", () => {
  fc.assert(
    fc.property(anyTarget, anyRule, (target, by) => {
      const mine = { ...target, sizeBytes: 10, etag, crc64: 1n, ...recordedBy(by.jobId) };
      assert.deepEqual(decide(source, mine, by), already);
    }),
  );
});
