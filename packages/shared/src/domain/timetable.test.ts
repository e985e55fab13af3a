import assert from "node:assert/strict";
import { test } from "node:test";
import { limitsSchema } from "./limits.ts";
import { allowanceAt } from "./timetable.ts";

const office = limitsSchema.parse({
  bytesPerSecond: 1000,
  requestsPerSecond: 7,
  timetable: [{ days: "mon-fri", from: "09:00", to: "18:00", timezone: "Asia/Tokyo", bytesPerSecond: 10 }],
});

const bytesAt = (limits: typeof office, time: string) => allowanceAt(limits, Date.parse(time)).bytesPerSecond;

test("a window holds on its days, between its times, in its time zone", () => {
  assert.equal(bytesAt(office, "2026-11-23T00:00:00Z"), 10); // Monday 09:00 in Tokyo
  assert.equal(bytesAt(office, "2026-11-22T23:59:00Z"), 1000); // Monday 08:59
  assert.equal(bytesAt(office, "2026-11-23T08:59:00Z"), 10); // 17:59
  assert.equal(bytesAt(office, "2026-11-23T09:00:00Z"), 1000); // 18:00
  assert.equal(bytesAt(office, "2026-11-28T03:00:00Z"), 1000); // Saturday noon
});

test("a figure that the window leaves out is the plain one", () => {
  assert.equal(allowanceAt(office, Date.parse("2026-11-23T00:00:00Z")).requestsPerSecond, 7);
});

test("a window over midnight belongs to the day it starts on", () => {
  const night = limitsSchema.parse({ timetable: [{ days: "fri", from: "22:00", to: "06:00", bytesPerSecond: 5 }] });
  assert.equal(bytesAt(night, "2026-11-27T21:59:00Z"), 0);
  assert.equal(bytesAt(night, "2026-11-27T22:00:00Z"), 5);
  assert.equal(bytesAt(night, "2026-11-28T05:59:00Z"), 5);
  assert.equal(bytesAt(night, "2026-11-28T06:00:00Z"), 0);
  assert.equal(bytesAt(night, "2026-11-27T03:00:00Z"), 0);
});

test("a span of days may reach over the end of the week", () => {
  const weekend = limitsSchema.parse({
    timetable: [{ days: "sat-mon,wed", from: "00:00", to: "24:00", bytesPerSecond: 5 }],
  });
  const inWeek = ["23", "24", "25", "26", "27", "28", "29"].map((day) => bytesAt(weekend, `2026-11-${day}T12:00:00Z`));
  assert.deepEqual(inWeek, [5, 0, 5, 0, 0, 5, 5]);
});

test("the first window that holds wins", () => {
  const two = limitsSchema.parse({
    timetable: [
      { days: "mon", from: "10:00", to: "11:00", bytesPerSecond: 1 },
      { days: "mon-sun", from: "00:00", to: "24:00", bytesPerSecond: 2 },
    ],
  });
  assert.equal(bytesAt(two, "2026-11-23T10:30:00Z"), 1);
  assert.equal(bytesAt(two, "2026-11-23T11:00:00Z"), 2);
});
