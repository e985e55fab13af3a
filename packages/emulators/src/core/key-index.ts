/** From here on the order of UTF-16 units is not that of UTF-8 bytes. */
const OUT_OF_ORDER = /[\ud800-\uffff]/;

/**
 * Compares as UTF-8 bytes do. UTF-16 order differs only where a surrogate pair (U+10000 and above) meets U+E000–U+FFFF.
 */
export function compareKeys(left: string, right: string): number {
  const common = Math.min(left.length, right.length);
  for (let at = 0; at < common; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return a >= 0xd800 && b >= 0xd800 ? surrogatesLast(a) - surrogatesLast(b) : a - b;
  }
  return left.length - right.length;
}

/** The same for keys without characters that are out of order, by the machine's own comparison of strings. */
function comparePlainKeys(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Keys in UTF-8 byte order. */
export interface KeyIndex {
  add(key: string): void;
  remove(key: string): void;
  /** Yields, in order, the keys greater than `after` (or from the first) that are not less than `from`. */
  iterate(from: string, after: string | undefined): Iterable<string>;
}

const BLOCK_KEYS = 1024;

/** Keeps blocks of at most 1,024 sorted keys, so that adding to a million costs one binary search and one short move. */
export function createKeyIndex(): KeyIndex {
  const blocks: string[][] = [[]];
  // One plain side is enough: a difference in order needs two characters that are out of order.
  let compare = comparePlainKeys;
  return {
    add: (key) => {
      if (OUT_OF_ORDER.test(key)) compare = compareKeys;
      const at = blockOf(blocks, key, compare);
      const block = blocks[at] ?? [];
      const place = lowerBound(block, key, compare);
      if (block[place] === key) return;
      block.splice(place, 0, key);
      if (block.length > BLOCK_KEYS) blocks.splice(at + 1, 0, block.splice(BLOCK_KEYS / 2));
    },
    remove: (key) => {
      const at = blockOf(blocks, key, compare);
      const block = blocks[at] ?? [];
      const place = lowerBound(block, key, compare);
      if (block[place] !== key) return;
      block.splice(place, 1);
      if (block.length === 0 && blocks.length > 1) blocks.splice(at, 1);
    },
    *iterate(from, after) {
      const start = after !== undefined && compareKeys(after, from) > 0 ? after : from;
      let at = blockOf(blocks, start, compare);
      let place = lowerBound(blocks[at] ?? [], start, compare);
      for (let block = blocks[at]; block !== undefined; at += 1, block = blocks[at], place = 0) {
        for (; place < block.length; place += 1) {
          const key = block[place];
          if (key !== undefined && key !== after) yield key;
        }
      }
    },
  };
}

type Compare = (left: string, right: string) => number;

/** The block that holds or would hold the key: the last one whose first key is not greater. */
function blockOf(blocks: readonly (readonly string[])[], key: string, compare: Compare): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (compare(blocks[middle]?.[0] ?? "", key) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lowerBound(sorted: readonly string[], key: string, compare: Compare): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(sorted[middle] ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
