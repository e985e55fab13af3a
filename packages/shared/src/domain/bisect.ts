import { type Alphabet, alphabetOf, isPlain, plainAfter, pointsOf } from "./alphabet.ts";
import { commonUnits, compareKeys } from "./key-order.ts";

/** What is left of a shard: the keys in `(after, before]` that start with `prefix`. */
export interface KeySpan {
  /** The last key that is listed, or the shard's beginning; undefined: nothing is listed. */
  readonly after: string | undefined;
  /** Nothing is behind it, as far as is known: the shard's end, or the cut of a probe that found nothing. */
  readonly before: string | undefined;
  readonly prefix: string;
}

/** S3's limit on a key, in UTF-8 bytes. */
const longestKeyBytes = 1024;
const smallestPoint = 0x21;
/** A cut may miss the middle by one part in so many of the span. */
const precision = 8;
/** Places that are read of a key to measure it: more are beyond what a number can tell. */
const measuredPlaces = 12;

/**
 * Proposes a key strictly inside the span, in S3's order, to cut it at; undefined: there is none that is valid (code points
 * without control characters, at most 1,024 UTF-8 bytes). `seen` are some keys of the shard, listed or found by probes.
 *
 * It first finds the depth at which the keys that are left part ways. All that was seen may share a long prefix that says
 * nothing of what comes behind, so the cut is laid half way up: behind everything that starts like the cursor does. Finds a
 * probe nothing there, the span ends at that cut and the keys part deeper; finds it a key, they part where that one leaves the
 * cursor. Either answer halves what is open. At that depth the cut is half way between the cursor and the end, measured in
 * the characters that were seen.
 */
export function proposeCut(span: KeySpan, seen: readonly string[]): string | undefined {
  for (const cut of candidates(searchIn(span, seen))) {
    if (isValid(cut) && isInside(cut, span)) return cut;
  }
  return undefined;
}

/**
 * How far a listing is between `start` and the end of the span, from 0 to 1, measured in the characters that were seen; 0 while
 * nobody knows where the keys that are left part ways.
 */
export function progressOf(start: string | undefined, span: KeySpan, seen: readonly string[]): number {
  const { low, high, depth, tails } = searchIn(span, seen);
  if (partingDepth(low, depth, tails) > depth) return 0;
  const first = start ?? span.prefix;
  const alphabet = alphabetOf(tails);
  const from = first.startsWith(textOf(low.slice(0, depth))) ? placeIn(pointsOf(first), depth, alphabet) : 0;
  const at = placeIn(low, depth, alphabet);
  const to = endPlace(high, depth, alphabet);
  return to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 1;
}

/** The smallest progress that is believed: keys under a common prefix fill next to nothing of the space of all keys. */
const smallestProgress = 0.02;

/** About how many keys are left of a shard that gave `listedKeys` from `start` on; for comparing shards, no more. */
export function estimateLeft(
  listedKeys: number,
  start: string | undefined,
  span: KeySpan,
  seen: readonly string[],
): number {
  const progress = progressOf(start, span, seen);
  return (listedKeys * (1 - progress)) / Math.max(progress, smallestProgress);
}

interface Search {
  readonly low: readonly number[];
  readonly high: readonly number[] | undefined;
  /** Everything that is left shares so many characters with `low`, or lies between the two characters at this place. */
  readonly depth: number;
  /** What follows those characters in the keys that were seen and share them. */
  readonly tails: readonly string[];
}

function searchIn(span: KeySpan, seen: readonly string[]): Search {
  const low = pointsOf(span.after ?? span.prefix);
  const high = span.before === undefined ? undefined : pointsOf(span.before);
  const depth = Math.max(depthOf(low, high), pointsOf(span.prefix).length);
  return { low, high, depth, tails: tailsOf([...seen, textOf(low)], low.slice(0, depth)) };
}

function* candidates({ low, high, depth, tails }: Search): Generator<string> {
  const parts = partingDepth(low, depth, tails);
  if (parts > depth) yield* behind(low, Math.floor((depth + parts) / 2));
  const alphabet = alphabetOf(high === undefined ? tails : [...tails, textOf(high.slice(depth, depth + 1))]);
  const middle = between(low, high, depth, alphabet);
  // An open end may be far behind all characters that were seen: ask there before going deeper.
  if (high === undefined && middle.startsWith(textOf(low.slice(0, depth + 1)))) yield* behind(low, depth);
  yield middle;
  for (let at = depth; at < low.length; at += 1) yield* behind(low, at);
  for (const point of [alphabet.at(0), smallestPoint]) yield textOf([...low, point]);
}

/** The key behind everything that shares the characters of `low` up to and with the one at `at`. */
function* behind(low: readonly number[], at: number): Generator<string> {
  const next = plainAfter(low[at] ?? 0);
  if (next !== undefined) yield textOf([...low.slice(0, at), next]);
}

function between(
  low: readonly number[],
  high: readonly number[] | undefined,
  depth: number,
  alphabet: Alphabet,
): string {
  const from = placeIn(low, depth, alphabet);
  const to = endPlace(high, depth, alphabet);
  const middle = (from + to) / 2;
  const cut = low.slice(0, depth);
  let rest = middle;
  for (let unit = 1; cut.length < depth + measuredPlaces;) {
    unit /= alphabet.size;
    const isLast = unit <= (to - from) / precision;
    const place = Math.min(alphabet.size - 1, isLast ? Math.round(rest / unit) : Math.floor(rest / unit));
    cut.push(alphabet.at(Math.max(0, place)));
    if (isLast) break;
    rest -= place * unit;
  }
  return textOf(cut);
}

/** A key as a number from 0 to 1 among those that share its first `depth` characters. */
function placeIn(points: readonly number[], depth: number, alphabet: Alphabet): number {
  let place = 0;
  let unit = 1;
  for (const point of points.slice(depth, depth + measuredPlaces)) {
    unit /= alphabet.size;
    place += Math.min(alphabet.placeOf(point), alphabet.size - 1) * unit;
  }
  return place;
}

function endPlace(high: readonly number[] | undefined, depth: number, alphabet: Alphabet): number {
  return high === undefined || high.length <= depth ? 1 : placeIn(high, depth, alphabet);
}

/**
 * How many characters everything between two keys shares. An end that is just the next character stands for the end of all
 * that comes before it.
 */
function depthOf(low: readonly number[], high: readonly number[] | undefined): number {
  if (high === undefined) return 0;
  const common = commonLength(low, high);
  const point = low[common];
  const isNext = point !== undefined && high.length === common + 1 && plainAfter(point) === high[common];
  return isNext ? common + 1 : common;
}

/** Where keys that were seen leave the cursor, at or behind `depth`. Characters that a cut can't have end the search. */
function partingDepth(low: readonly number[], depth: number, tails: readonly string[]): number {
  const unreadable = low.findIndex((point, at) => at >= depth && !isPlain(point));
  const rest = textOf(low.slice(depth, unreadable === -1 ? undefined : unreadable));
  const units = tails.reduce((least, tail) => commonUnits(rest, tail, Math.min(least, tail.length)), rest.length);
  // Half a pair that is shared does not make a character.
  return depth + pointsOf(rest.slice(0, units)).filter((point) => isPlain(point)).length;
}

/** What follows `shared` in the keys that begin with it. */
function tailsOf(keys: readonly string[], shared: readonly number[]): readonly string[] {
  const start = textOf(shared);
  return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const longest = Math.min(a.length, b.length);
  for (let at = 0; at < longest; at += 1) if (a[at] !== b[at]) return at;
  return longest;
}

function isInside(cut: string, { after, before, prefix }: KeySpan): boolean {
  if (!cut.startsWith(prefix) || compareKeys(cut, after ?? prefix) <= 0) return false;
  return before === undefined || compareKeys(cut, before) < 0;
}

function isValid(cut: string): boolean {
  return Buffer.byteLength(cut) <= longestKeyBytes && pointsOf(cut).every(isPlain);
}

function textOf(points: readonly number[]): string {
  return String.fromCodePoint(...points);
}
