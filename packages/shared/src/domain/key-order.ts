/** Units that `<` may put in another place than UTF-8 does. */
const high = /[\ud800-\uffff]/;

/**
 * Compares two keys in S3's order, which is that of their UTF-8 bytes. JavaScript's `<` compares UTF-16 units and puts
 * astral characters (emoji) before U+E000–U+FFFF; UTF-8 puts them behind. Where one of the keys has none of either, `<` is
 * right, and twenty times as fast on keys that share a long path.
 */
export function compareKeys(a: string, b: string): -1 | 0 | 1 {
  if (!high.test(a) || !high.test(b)) return a < b ? -1 : equalOrBehind(a, b);
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  const index = commonUnits(a, b, length);
  if (index === length) return a.length < b.length ? -1 : 1;
  return rank(a.charCodeAt(index)) < rank(b.charCodeAt(index)) ? -1 : 1;
}

/** Most keys that are compared are in order: the second comparison is for the others. */
function equalOrBehind(a: string, b: string): 0 | 1 {
  return a === b ? 0 : 1;
}

/** So many units are compared at once: that takes no longer than ten one by one. */
const manyUnits = 128;

/** How many UTF-16 units two texts share at their beginning, if fewer than `most`, which neither is shorter than. */
export function commonUnits(a: string, b: string, most: number): number {
  let index = 0;
  while (index + manyUnits <= most && a.slice(index, index + manyUnits) === b.slice(index, index + manyUnits)) {
    index += manyUnits;
  }
  while (index < most && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  return index;
}

/** A UTF-16 unit's place in code point order: surrogates stand for what lies beyond U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
