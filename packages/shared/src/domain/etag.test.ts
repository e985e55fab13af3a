import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { etagOfParts, partsOfEtag } from "./etag.ts";

test("an ETag of parts names how many there are", () => {
  assert.equal(partsOfEtag(`${"a".repeat(32)}-3`), 3);
  assert.equal(partsOfEtag(`${"A".repeat(32)}-10000`), 10_000);
  for (const other of ["a".repeat(32), `${"a".repeat(32)}-0`, `${"a".repeat(31)}-3`, `${"a".repeat(32)}-3x`, ""]) {
    assert.equal(partsOfEtag(other), undefined);
  }
});

test("an ETag of parts is the MD5 of their MD5s, also where one begins with zeros", () => {
  // MD5("jk8ssl") = 0000000018e6137ac2caab16074784a6
  const md5s = ["jk8ssl", "a"].map((text) => createHash("md5").update(text).digest());
  const expected = createHash("md5").update(Buffer.concat(md5s)).digest("hex");
  assert.match(md5s[0]?.toString("hex") ?? "", /^00000000/);
  assert.equal(etagOfParts(md5s.map((md5) => BigInt(`0x${md5.toString("hex")}`))), `${expected}-2`);
});
