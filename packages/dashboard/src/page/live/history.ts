import type { PastSpan } from "../calls/answers.ts";

/** What a job had settled at a moment. */
export interface Mark {
  readonly atMs: number;
  readonly bytes: number;
  readonly objects: number;
}

/** Rates over time, as a chart takes them: seconds since 1970, then a value for each. */
export interface Curve {
  readonly seconds: readonly number[];
  readonly bytesPerSecond: readonly number[];
  readonly objectsPerSecond: readonly number[];
}

/** More are thinned out: every other one of the older half goes. */
const mostMarks = 1200;
/** A rate is that of the last seconds, so that one large object makes no spike. */
const windowMs = 6000;
/** Over less than this a rate says nothing. */
const leastMs = 3000;

/** Adds a mark; marks of the same half second replace each other. */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const last = marks.at(-1);
  const kept = last !== undefined && mark.atMs - last.atMs < 500 ? marks.slice(0, -1) : marks;
  const added = [...kept, mark];
  if (added.length <= mostMarks) return added;
  const half = added.length >> 1;
  return added.filter((_, index) => index >= half || index % 2 === 0);
}

/** The rates between marks. What goes backwards (a retry takes failed objects out) counts as standing still. */
export function curveOf(marks: readonly Mark[]): Curve {
  const seconds: number[] = [];
  const bytesPerSecond: number[] = [];
  const objectsPerSecond: number[] = [];
  let from = 0;
  for (const [index, mark] of marks.entries()) {
    if (mark.atMs - (marks[0]?.atMs ?? 0) < leastMs) continue;
    while (from < index - 1 && mark.atMs - (marks[from + 1]?.atMs ?? 0) >= windowMs) from += 1;
    const start = marks[from] ?? mark;
    const over = (mark.atMs - start.atMs) / 1000;
    seconds.push(mark.atMs / 1000);
    bytesPerSecond.push(Math.max(0, (mark.bytes - start.bytes) / over));
    objectsPerSecond.push(Math.max(0, (mark.objects - start.objects) / over));
  }
  return { seconds, bytesPerSecond, objectsPerSecond };
}

/** The rates that the API keeps of the past: a point in the middle of each span, nothing where there is none. */
export function pastCurve(spans: readonly PastSpan[], begun: string): Curve {
  const points: (readonly [number, number, number])[] = [];
  let end = Infinity;
  for (const { from, seconds, bytes, objects } of spans) {
    // The first span may begin before its job, because spans lie on whole minutes and hours.
    const start = Math.max(Date.parse(from), Date.parse(begun)) / 1000;
    if (start - end > 1) points.push([end + 1, 0, 0], [start, 0, 0]);
    end = Math.max(start + 1, Date.parse(from) / 1000 + seconds);
    points.push([(start + end) / 2, bytes / (end - start), objects / (end - start)]);
  }
  return curveFrom(points);
}

/** What the API knew may be a minute old; what was seen since is finer. */
const pastAgesSeconds = 60;

/** One curve of the past and of what the page has seen itself. */
export function joined(past: Curve, seen: Curve): Curve {
  const seenFrom = seen.seconds[0] ?? Infinity;
  const from = Math.max(seenFrom, (past.seconds.at(-1) ?? 0) - pastAgesSeconds);
  const points = [...pointsOf(past).filter(([at]) => at < from), ...pointsOf(seen).filter(([at]) => at >= from)];
  return curveFrom(points);
}

/** The last `seconds` of a curve, counted back from its newest point. */
export function lastOf(curve: Curve, seconds: number): Curve {
  const newest = curve.seconds.at(-1) ?? 0;
  return curveFrom(pointsOf(curve).filter(([at]) => newest - at <= seconds));
}

function pointsOf({ seconds, bytesPerSecond, objectsPerSecond }: Curve): (readonly [number, number, number])[] {
  return seconds.map((at, index) => [at, bytesPerSecond[index] ?? 0, objectsPerSecond[index] ?? 0]);
}

function curveFrom(points: readonly (readonly [number, number, number])[]): Curve {
  return {
    seconds: points.map(([at]) => at),
    bytesPerSecond: points.map(([, bytes]) => bytes),
    objectsPerSecond: points.map(([, , objects]) => objects),
  };
}
