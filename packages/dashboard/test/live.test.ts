import assert from "node:assert/strict";
import { test } from "node:test";
import { createEventReader } from "../src/page/live/event-stream.ts";
import { curveOf, joined, lastOf, pastCurve, withMark, type Mark } from "../src/page/live/history.ts";
import { underWayOf } from "../src/page/live/under-way.ts";

test("a stream is read into its messages, wherever it is cut", () => {
  const stream =
    'id: 1\nevent: stats\ndata: {"a":1}\n\n: still here\n\nretry: 5\n\nevent: gone\r\ndata: [1,\r\ndata: 2]\r\n\r\n';
  const expected = [
    { event: "stats", data: '{"a":1}', id: "1" },
    { event: "gone", data: "[1,\n2]", id: undefined },
  ];
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const read = createEventReader();
    assert.deepEqual([...read(stream.slice(0, cut)), ...read(stream.slice(cut))], expected, `cut at ${cut}`);
  }
});

const mark = (seconds: number, bytes: number): Mark => ({ atMs: seconds * 1000, bytes, objects: bytes / 10 });

test("a rate is that of the last seconds, and never below nothing", () => {
  const steady = Array.from({ length: 20 }, (_, second) => mark(second, second * 1000));
  const { seconds, bytesPerSecond, objectsPerSecond } = curveOf(steady);
  assert.equal(seconds[0], 3);
  assert.ok(bytesPerSecond.every((rate) => rate === 1000));
  assert.ok(objectsPerSecond.every((rate) => rate === 100));
  assert.deepEqual(curveOf([mark(0, 5000), mark(5, 0)]).bytesPerSecond, [0]);
  assert.deepEqual(curveOf([]).seconds, []);
});

test("marks stay few however long a page is open, the newest whole", () => {
  let marks: readonly Mark[] = [];
  for (let second = 0; second < 20_000; second += 1) marks = withMark(marks, mark(second, second));
  assert.ok(marks.length <= 1200);
  assert.equal(marks.at(-1)?.bytes, 19_999);
  assert.equal(marks.at(-2)?.bytes, 19_998);
  assert.ok((marks[0]?.bytes ?? 1) < 100);
});

const begun = new Date(600_000).toISOString();
const span = (second: number, seconds: number, bytes: number) => ({
  from: new Date(second * 1000).toISOString(),
  seconds,
  objects: bytes / 10,
  bytes,
});

test("the past is drawn span by span, with nothing where nothing was settled", () => {
  const spans = [span(600, 60, 600), span(660, 10, 200), span(900, 10, 100)];
  const { seconds, bytesPerSecond } = pastCurve(spans, begun);
  assert.deepEqual(seconds, [630, 665, 671, 900, 905]);
  assert.deepEqual(bytesPerSecond, [10, 20, 0, 0, 10]);
  assert.deepEqual(pastCurve([], begun).seconds, []);
  // The job began in the middle of the first minute.
  assert.deepEqual(pastCurve(spans, new Date(630_000).toISOString()).seconds.slice(0, 2), [645, 665]);
  assert.deepEqual(pastCurve(spans, new Date(630_000).toISOString()).bytesPerSecond.slice(0, 2), [20, 20]);
});

test("what a page has seen itself follows the past, the finer in place of the coarser", () => {
  const before = pastCurve([span(600, 10, 100), span(610, 10, 100), span(620, 100, 100)], begun);
  const seen = curveOf(Array.from({ length: 100 }, (_, at) => mark(625 + at, at * 1000)));
  const { seconds, bytesPerSecond } = joined(before, seen);
  assert.deepEqual(seconds.slice(0, 3), [605, 615, 628]);
  assert.equal(bytesPerSecond[2], 1000);
  assert.equal(seconds.at(-1), 724);
  assert.deepEqual(joined(before, curveOf([])), before);
  assert.deepEqual(joined(pastCurve([], begun), seen), seen);
  assert.deepEqual(lastOf(seen, 2).seconds, [722, 723, 724]);
});

test("marks of the same moment replace each other", () => {
  assert.deepEqual(withMark([mark(1, 1)], mark(1.2, 2)), [mark(1.2, 2)]);
});

test("what running tasks have settled counts before they are committed, but for the parts of objects that are not whole yet", () => {
  const task = { taskId: "t", startedAt: begun, bytesTotal: 100 };
  const runningTasksProgress = [
    { ...task, bytesDone: 30, objectsDone: 3, objectsTotal: 10 },
    { ...task, bytesDone: 40, objectsDone: 4, objectsTotal: 4 },
    { ...task, bytesDone: 99, objectsDone: 0, objectsTotal: 0 },
  ];
  assert.deepEqual(underWayOf({ runningTasksProgress }), { objects: 7, bytes: 70 });
  assert.deepEqual(underWayOf({ runningTasksProgress: [] }), { objects: 0, bytes: 0 });
});
