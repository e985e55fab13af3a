/** Code points that keys of a bucket are likely made of, in order: what lies between two keys is measured in them. */
export interface Alphabet {
  readonly size: number;
  /** How many members are smaller than this code point; for a member its place, counted from 0. */
  placeOf(codePoint: number): number;
  /** The member at a place; `place` is below `size`. */
  at(place: number): number;
}

/** So many UTF-16 units of a key are read: more tell nothing new, and keys may be long. */
const readUnits = 64;

type Range = readonly [first: number, last: number];

const digits: Range = [0x30, 0x39];
const upper: Range = [0x41, 0x5a];
const lower: Range = [0x61, 0x7a];
const lowerHex: Range = [0x61, 0x66];
const upperHex: Range = [0x41, 0x46];
/** Where one member of such a block was seen, the others are as likely. */
const blocks: readonly Range[] = [
  [0x00c0, 0x024f],
  [0x0370, 0x03ff],
  [0x0400, 0x04ff],
  [0x0e00, 0x0e7f],
  [0x3041, 0x30fe],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xe000, 0xf8ff],
  [0x1f300, 0x1faff],
];
const nothingSeen: readonly Range[] = [digits, upper, lower];

/**
 * Guesses a bucket's alphabet by the keys that were seen: one digit stands for all of them, one Han character for its block,
 * and letters that never leave a–f beside digits are hexadecimal. Control characters and surrogates are never members.
 */
export function alphabetOf(keys: Iterable<string>): Alphabet {
  const seen = new Set<number>();
  for (const key of keys) for (const point of pointsOf(key.slice(0, readUnits))) seen.add(point);
  const points = [...seen].filter(isPlain);
  if (points.length === 0) return alphabetFrom(nothingSeen);
  const has = (range: Range): boolean => points.some((point) => isIn(point, range));
  const hasBeyond = (range: Range, part: Range): boolean =>
    points.some((point) => isIn(point, range) && !isIn(point, part));
  const ranges: Range[] = [];
  if (has(digits)) ranges.push(digits);
  for (const [letters, hex] of [
    [upper, upperHex],
    [lower, lowerHex],
  ] as const) {
    if (has(letters)) ranges.push(has(digits) && !hasBeyond(letters, hex) ? hex : letters);
  }
  ranges.push(...blocks.filter(has));
  for (const point of points) {
    if (ranges.some((range) => isIn(point, range))) continue;
    ranges.push(point < 0x80 ? [point, point] : rowOf(point));
  }
  return alphabetFrom(ranges);
}

/** Whether a key that we make may hold it: no control character, no surrogate, no noncharacter. */
export function isPlain(point: number): boolean {
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return false;
  if (point >= 0xd800 && point <= 0xdfff) return false;
  return (point & 0xfffe) !== 0xfffe && !(point >= 0xfdd0 && point <= 0xfdef) && point <= 0x10ffff;
}

/** The next plain code point; undefined behind the last one. */
export function plainAfter(point: number): number | undefined {
  for (let next = point + 1; next <= 0x10ffff; next += 1) {
    if (isPlain(next)) return next;
    // Surrogates are two thousand in a row.
    if (next === 0xd800) next = 0xdfff;
  }
  return undefined;
}

/** A text's code points; half a surrogate pair stands for itself. */
export function pointsOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function alphabetFrom(unsorted: readonly Range[]): Alphabet {
  const ranges = unsorted.toSorted(([a], [b]) => a - b);
  const size = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return {
    size,
    placeOf(point) {
      let below = 0;
      for (const [first, last] of ranges) {
        if (point <= first) return below;
        below += Math.min(point, last + 1) - first;
      }
      return below;
    },
    at(place) {
      let left = place;
      for (const [first, last] of ranges) {
        if (left <= last - first) return first + left;
        left -= last - first + 1;
      }
      throw new RangeError(`an alphabet of ${size} has no place ${place}`);
    },
  };
}

/** Beyond ASCII and the blocks above: the sixteen code points that a chart of Unicode shows in one column. */
function rowOf(point: number): Range {
  return [point & ~0xf, isPlain(point | 0xf) ? point | 0xf : point];
}

function isIn(point: number, [first, last]: Range): boolean {
  return point >= first && point <= last;
}
