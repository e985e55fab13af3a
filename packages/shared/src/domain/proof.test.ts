import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceFacts } from "./object.ts";
import { chooseProof, hasMd5Etag } from "./proof.ts";

const facts: SourceFacts = {
  key: "k",
  sizeBytes: 9,
  etag: "25f9e794323b453885f5181f1b624d0b",
  lastModifiedMs: 0,
  storageClass: "STANDARD",
  headers: {},
  userMetadata: {},
  checksums: {},
};
const md5 = { algorithm: "md5", expected: "JfnnlDI7RTiF9RgfG2JNCw==" };
const none = { algorithm: "none" };
const mebibyte = 1024 ** 2;

const rows: readonly [string, Partial<SourceFacts>, "auto" | "md5" | "none", object][] = [
  ["a plain MD5 ETag proves", {}, "auto", md5],
  [
    "a stored checksum goes first",
    { checksums: { crc32: "y/Q5Jg==" } },
    "auto",
    { algorithm: "crc32", expected: "y/Q5Jg==" },
  ],
  ["a checksum that cannot be computed here leaves the MD5", { checksums: { crc128: "x" } }, "auto", md5],
  ["an ETag of parts proves nothing", { etag: `${facts.etag}-2` }, "auto", none],
  ["an ETag under SSE-KMS proves nothing", { encryption: "aws:kms" }, "auto", none],
  ["an ETag under SSE-S3 proves", { encryption: "AES256" }, "auto", md5],
  ["auto computes no MD5 beyond 64 MiB", { sizeBytes: 64 * mebibyte + 1 }, "auto", none],
  ["md5 is computed at any size when asked for", { sizeBytes: 64 * mebibyte + 1 }, "md5", md5],
  ["md5 takes no other checksum", { checksums: { crc32: "y/Q5Jg==" } }, "md5", md5],
  ["none asks for nothing", { checksums: { crc32: "y/Q5Jg==" } }, "none", none],
];
for (const [title, changes, setting, expected] of rows) {
  test(`source proof ${setting}: ${title}`, () => {
    assert.deepEqual(chooseProof({ ...facts, ...changes }, setting, "computed-here"), expected);
  });
}

test("an MD5 that the target compares goes before a checksum that costs CPU here", () => {
  const stored = { ...facts, checksums: { crc64nvme: "rosUhgp5mIg=" } };
  assert.deepEqual(chooseProof(stored, "auto", "compared-by-target"), md5);
  const crc = { algorithm: "crc64nvme", expected: "rosUhgp5mIg=" };
  assert.deepEqual(chooseProof(stored, "auto", "computed-here"), crc);
  assert.deepEqual(chooseProof({ ...stored, encryption: "aws:kms" }, "auto", "compared-by-target"), crc);
  assert.deepEqual(chooseProof(stored, "none", "compared-by-target"), none);
});

test("an MD5 ETag is told from an opaque one", () => {
  assert.equal(hasMd5Etag(facts), true);
  assert.equal(hasMd5Etag({ ...facts, encryption: "aws:kms:dsse" }), false);
  assert.equal(hasMd5Etag({ ...facts, etag: "abc" }), false);
});
