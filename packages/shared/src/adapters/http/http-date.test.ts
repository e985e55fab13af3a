import assert from "node:assert/strict";
import { test } from "node:test";
import { httpDateMs } from "./http-date.ts";

/** As long as the usual form, and outside of it. */
const odd = [
  "Sat, 31 Feb 2026 00:00:00 GMT",
  "Sat, 00 Feb 2026 00:00:00 GMT",
  "Sat, 32 Jan 2026 00:00:00 GMT",
  "Sat, 10 Jan 2026 24:00:00 GMT",
  "Sat, 10 Jan 2026 23:60:00 GMT",
  "Sat, 10 jan 2026 23:59:60 GMT",
  "Sat, 10 Jan 0094 23:59:59 GMT",
];

test("a header's date is read as Date reads it, in its usual form and in others", () => {
  const days = [0, 951_782_400_000, 1_709_164_800_000, 1_732_752_000_000, 4_102_444_799_000, 253_402_300_799_000];
  for (const ms of days) assert.equal(httpDateMs(new Date(ms).toUTCString()), ms);
  for (const text of ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "2024-02-03T04:05:06Z", ...odd]) {
    assert.equal(httpDateMs(text), Date.parse(text), text);
  }
});

test("what is no date is NaN, also where it has the length of one", () => {
  for (const text of ["", "yesterday", "Sun, 06 Nux 1994 08:49:37 GMT", "Sun, 0x Nov 1994 08:49:37 GMT"]) {
    assert.ok(Number.isNaN(httpDateMs(text)), text);
  }
});
