import { compareKeys } from "../../domain/key-order.ts";
import type { ListPage, ListRequest } from "../../ports/object-source.ts";

/** Objects by key, listed in the stores' order. */
export interface ObjectTable<T> {
  get(key: string): T | undefined;
  set(key: string, object: T): void;
  delete(key: string): void;
  keys(): readonly string[];
  page<P>(request: ListRequest, show: (object: T) => P): ListPage<P>;
}

export function createObjectTable<T>(): ObjectTable<T> {
  const objects = new Map<string, T>();
  // Sorting waits for the next listing, so that filling a table of many objects costs one sort.
  let sorted: readonly string[] | undefined = [];
  const keys = () => (sorted ??= [...objects.keys()].sort(compareKeys));
  return {
    get: (key) => objects.get(key),
    set: (key, object) => {
      if (!objects.has(key)) sorted = undefined;
      objects.set(key, object);
    },
    delete: (key) => {
      if (objects.delete(key)) sorted = undefined;
    },
    keys,
    page: ({ after, prefix, limit }, show) => {
      const all = keys();
      const found: string[] = [];
      for (let at = firstAfter(all, after); at < all.length && found.length <= limit; at += 1) {
        const key = all[at] ?? "";
        if (key.startsWith(prefix)) found.push(key);
      }
      const shown = found.slice(0, limit);
      return {
        objects: shown.flatMap((key) => {
          const object = objects.get(key);
          return object === undefined ? [] : [show(object)];
        }),
        more: found.length > limit,
        last: shown.at(-1),
      };
    },
  };
}

function firstAfter(sorted: readonly string[], after: string | undefined): number {
  if (after === undefined) return 0;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(sorted[middle] ?? "", after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
