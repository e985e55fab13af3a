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

/** The marks of the last `ms`, counted back from the newest. */
export function since(marks: readonly Mark[], ms: number): readonly Mark[] {
  const newestMs = marks.at(-1)?.atMs ?? 0;
  return marks.filter(({ atMs }) => newestMs - atMs <= ms);
}
