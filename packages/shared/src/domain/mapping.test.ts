import assert from "node:assert/strict";
import { test } from "node:test";
import { type MappingRule, mapAttributes } from "./mapping.ts";
import type { SourceFacts } from "./object.ts";

const facts: SourceFacts = {
  key: "k",
  sizeBytes: 9,
  etag: "e",
  lastModifiedMs: 1_700_000_000_123,
  storageClass: "STANDARD",
  headers: { "content-type": "text/plain", expires: "Thu, 01 Dec 1994 16:00:00 GMT" },
  userMetadata: { colour: "blue" },
  checksums: {},
};
const rule: MappingRule = {
  jobId: "j",
  recordSource: true,
  metadataNames: "fail",
  storageClasses: {},
  storageClass: undefined,
  serverSideEncryption: undefined,
};
const mapped = (changes: Partial<SourceFacts>, by: Partial<MappingRule> = {}) =>
  mapAttributes({ ...facts, ...changes }, { ...rule, ...by });

test("system headers, user metadata and the source record go along", () => {
  assert.deepEqual(mapped({}), {
    headers: facts.headers,
    userMetadata: {
      colour: "blue",
      "causeway-source-etag": "e",
      "causeway-source-modified": "1700000000123",
      "causeway-job": "j",
    },
    storageClass: "Standard",
    serverSideEncryption: undefined,
  });
});

test("nothing is recorded where the job does not want it", () => {
  const attributes = mapped({}, { recordSource: false });
  assert.ok("userMetadata" in attributes);
  assert.deepEqual(attributes.userMetadata, { colour: "blue" });
});

const classes: readonly [string, Partial<MappingRule>, string][] = [
  ["STANDARD_IA", {}, "IA"],
  ["ONEZONE_IA", {}, "IA"],
  ["GLACIER_IR", {}, "IA"],
  ["GLACIER", {}, "Archive"],
  ["DEEP_ARCHIVE", {}, "ColdArchive"],
  ["INTELLIGENT_TIERING", {}, "Standard"],
  ["A_CLASS_TO_COME", {}, "Standard"],
  ["GLACIER", { storageClasses: { GLACIER: "DeepColdArchive" } }, "DeepColdArchive"],
  ["GLACIER", { storageClasses: { GLACIER: "Archive" }, storageClass: "IA" }, "IA"],
];
for (const [storageClass, by, expected] of classes) {
  test(`class ${storageClass} becomes ${expected} ${JSON.stringify(by)}`, () => {
    const attributes = mapped({ storageClass }, by);
    assert.ok("storageClass" in attributes);
    assert.equal(attributes.storageClass, expected);
  });
}

test("a metadata name that OSS does not take is refused, or gets dashes where the job says so", () => {
  const userMetadata = { snake_case: "1" };
  const refusal = mapped({ userMetadata });
  assert.ok("refused" in refusal && refusal.refused === "METADATA_REFUSED" && refusal.said.includes("snake_case"));
  const renamed = mapped({ userMetadata }, { metadataNames: "dash", recordSource: false });
  assert.ok("userMetadata" in renamed);
  assert.deepEqual(renamed.userMetadata, { "snake-case": "1" });
});

test("two names that would become one are refused, not merged", () => {
  const refusal = mapped({ userMetadata: { a_b: "1", "a-b": "2" } }, { metadataNames: "dash" });
  assert.ok("refused" in refusal && refusal.refused === "METADATA_REFUSED");
});

test("metadata above 8 KB with the record in it is refused", () => {
  assert.ok("refused" in mapped({ userMetadata: { a: "x".repeat(8150) } }));
  assert.ok("userMetadata" in mapped({ userMetadata: { a: "x".repeat(8150) } }, { recordSource: false }));
});

for (const [title, changes] of [
  ["a line break in metadata", { userMetadata: { note: "a\nb" } }],
  ["a NUL in metadata", { userMetadata: { note: "\0" } }],
  ["a DEL in a header", { headers: { "content-language": "d\x7fe" } }],
] as const) {
  test(`${title} is refused: no header can carry it`, () => {
    const refusal = mapped(changes);
    assert.ok("refused" in refusal && refusal.refused === "METADATA_REFUSED");
    assert.ok(refusal.said.includes(Object.keys(Object.values(changes)[0] ?? {})[0] ?? "?"));
  });
}

test("a tab in metadata goes along", () => {
  assert.ok("userMetadata" in mapped({ userMetadata: { note: "a\tb" } }));
});
