import { estimateLeft, type KeySpan, proposeCut } from "../domain/bisect.ts";
import { compareKeys } from "../domain/key-order.ts";

/** Lanes that list one bucket together. */
export const lanesAtOnce = 16;
const pageSize = 20;
const mostProbes = 16;
const barredTicks = 8;
const keptSeen = 64;

interface Lane {
  span: KeySpan;
  readonly start: string | undefined;
  readonly seen: string[];
  /** What its parent expected of it, until it lists. */
  readonly expected: number;
  listedKeys: number;
  /** The search for a cut that is under way. */
  search: { span: KeySpan; cut: string | undefined; probes: number } | undefined;
  barredUntil: number;
  finished: boolean;
}

/**
 * How many ticks it takes to list sorted keys, a page or a probe being one, and how many pages that are. Lanes without a shard
 * probe in the one with the most left, and take over what they cut off.
 */
export function ticksToList(keys: readonly string[]): { readonly ticks: number; readonly pages: number } {
  let lanes = [newLane({ after: undefined, before: undefined, prefix: "" }, [], Infinity)];
  let listed = 0;
  let ticks = 0;
  for (; lanes.length > 0; ticks += 1) {
    if (ticks > keys.length) throw new Error("the lanes do not come to an end");
    const splittable = lanes
      .filter((lane) => ticks >= lane.barredUntil && lane.seen.length > 0)
      .map((lane) => ({ lane, left: leftOf(lane) }))
      .filter(({ left }) => left >= 2 * pageSize)
      .toSorted((a, b) => b.left - a.left)
      .slice(0, lanesAtOnce - lanes.length);
    const added = splittable.map(({ lane }) => probe(lane, keys, ticks)).filter((lane) => lane !== undefined);
    for (const lane of lanes) listed += listPage(lane, keys);
    lanes = [...lanes.filter(({ finished }) => !finished), ...added];
  }
  if (listed !== keys.length) throw new Error(`${listed} of ${keys.length} keys were listed`);
  return { ticks, pages: Math.ceil(keys.length / pageSize) };
}

function newLane(span: KeySpan, seen: readonly string[], expected: number): Lane {
  return {
    span,
    start: span.after,
    seen: [...seen],
    expected,
    listedKeys: 0,
    search: undefined,
    barredUntil: 0,
    finished: false,
  };
}

function leftOf({ listedKeys, expected, start, span, seen }: Lane): number {
  return listedKeys === 0 ? expected : estimateLeft(listedKeys, start, span, seen);
}

function probe(lane: Lane, keys: readonly string[], tick: number): Lane | undefined {
  lane.search ??= { span: lane.span, cut: undefined, probes: 0 };
  const { search } = lane;
  search.span = { ...search.span, after: lane.span.after };
  search.probes += 1;
  const cut = proposeCut(search.span, lane.seen);
  const found = cut === undefined ? undefined : keys[firstBehind(keys, cut)];
  if (cut !== undefined && found !== undefined && !isBeyond(found, search.span.before)) {
    search.cut = cut;
    lane.seen.push(found);
    // A key that was found may show that the keys part elsewhere than was thought.
    if (proposeCut(search.span, lane.seen) !== cut && search.probes < mostProbes) return undefined;
  } else if (cut !== undefined) {
    search.span = { ...search.span, before: cut };
    if (search.probes < mostProbes) return undefined;
  }
  lane.search = undefined;
  if (search.cut === undefined || !isBeyond(search.cut, lane.span.after)) {
    lane.barredUntil = tick + barredTicks;
    lane.span = search.span;
    return undefined;
  }
  const cutOff = newLane({ ...search.span, after: search.cut }, lane.seen, leftOf(lane) / 2);
  lane.span = { ...lane.span, before: search.cut };
  return cutOff;
}

function listPage(lane: Lane, keys: readonly string[]): number {
  const from = firstBehind(keys, lane.span.after);
  const page = keys.slice(from, from + pageSize).filter((key) => !isBeyond(key, lane.span.before));
  lane.listedKeys += page.length;
  lane.seen.push(...page.filter((_, at) => at % 8 === 0 || at === page.length - 1));
  lane.seen.splice(0, lane.seen.length - keptSeen);
  lane.finished = page.length < pageSize;
  lane.span = { ...lane.span, after: page.at(-1) ?? lane.span.after };
  return page.length;
}

function isBeyond(key: string, end: string | undefined): boolean {
  return end !== undefined && compareKeys(key, end) > 0;
}

function firstBehind(keys: readonly string[], after: string | undefined): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (!isBeyond(keys[middle] ?? "", after ?? "")) low = middle + 1;
    else high = middle;
  }
  return low;
}
