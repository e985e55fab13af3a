import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { metadataOfRecord, recordOfMetadata } from "./source-record.ts";

test("a record survives the way through metadata, whatever its texts hold", () => {
  const record = fc.record(
    {
      sourceEtag: fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
      sourceModifiedMs: fc.integer({ min: -8.64e15, max: 8.64e15 }),
      jobId: fc.oneof(
        fc.uuid(),
        fc.string().map((text) => `x-${text}`),
      ),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(record, (value) => assert.deepEqual(recordOfMetadata(metadataOfRecord(value)), value)));
});

test("metadata holds letters, digits and - only", () => {
  const record = { sourceEtag: 'W/"a+b/ü"', sourceModifiedMs: 1_700_000_000_123.9, jobId: "job_1" };
  for (const [name, value] of Object.entries(metadataOfRecord(record))) {
    assert.match(name, /^[A-Za-z0-9-]+$/);
    assert.match(value, /^[A-Za-z0-9-]+$/);
  }
  assert.equal(
    metadataOfRecord({ ...record, sourceEtag: "abc-2" })["causeway-source-etag"],
    "abc-2",
    "an ordinary ETag stays readable",
  );
});

test("somebody else's or incomplete metadata is no record", () => {
  assert.equal(recordOfMetadata({}), undefined);
  const whole = metadataOfRecord({ sourceEtag: "e", sourceModifiedMs: 1, jobId: "j" });
  assert.equal(recordOfMetadata({ ...whole, "causeway-source-modified": "yesterday" }), undefined);
  assert.equal(recordOfMetadata({ ...whole, "causeway-job": "not ours" }), undefined);
});
