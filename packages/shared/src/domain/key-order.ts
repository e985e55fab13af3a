/**
 * Compares two keys in S3's order, which is that of their UTF-8 bytes. JavaScript's `<` compares UTF-16 units and puts
 * astral characters (emoji) before U+E000–U+FFFF; UTF-8 puts them behind.
 */
export function compareKeys(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  // Without surrogates both orders are one, and V8's own comparison is fast before any code is compiled.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  return compareUnits(a, b);
}

const SURROGATE = /[\ud800-\udfff]/;

function compareUnits(a: string, b: string): -1 | 1 {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) < rank(right) ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** A UTF-16 unit's place in code point order: surrogates stand for what lies beyond U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
