import assert from "node:assert/strict";
import { test } from "node:test";
import { failedManifestBytesLimit, failureLimitReason } from "./failure-limit.ts";

const limits = { share: 0.5, afterObjects: 10, objects: 100 };
const said = (objects: number, failed: number, bytes = 0): string | undefined =>
  failureLimitReason({ objects, failed, bytes }, limits)?.message;

test("a job pauses past its share of failed objects once there are enough, past their number, and past the room they take", () => {
  assert.equal(said(9, 9), undefined);
  assert.equal(said(10, 5), undefined);
  assert.match(said(10, 6) ?? "", /^6 of 10 objects failed, more than the share of 0\.5/);
  assert.equal(said(1000, 99), undefined);
  assert.match(said(1000, 100) ?? "", /^100 objects failed; failureLimits\.objects allows 100/);
  assert.equal(said(1000, 1, failedManifestBytesLimit - 1), undefined);
  assert.match(said(1000, 1, failedManifestBytesLimit) ?? "", /takes 268435456 bytes; 268435456 are allowed/);
});

test("figures without a failure pause nothing, whatever the limits", () => {
  const strict = { share: 0, afterObjects: 1, objects: 0 };
  assert.equal(failureLimitReason({ objects: 5, failed: 0, bytes: failedManifestBytesLimit }, strict), undefined);
});
