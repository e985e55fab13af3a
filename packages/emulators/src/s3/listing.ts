import type { BucketStore, StoredObject } from "../core/bucket.ts";

export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys up to and including this one are left out; where it is a common prefix, all keys under it too. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix, to go on after; undefined where the listing is complete. */
  readonly next: string | undefined;
}

/** Nothing in UTF-8 sorts behind it. */
const LAST_CHARACTER = "\u{10FFFF}";
const FIRST_FETCH = 32;

/** A page of objects and, with a delimiter, of common prefixes; both count towards the limit. */
export async function listPage(store: BucketStore, query: ListingQuery): Promise<Listing> {
  const { prefix, delimiter, after, limit } = query;
  if (limit <= 0) return { objects: [], commonPrefixes: [], next: undefined };
  if (delimiter !== "") return listGrouped(store, query);
  const objects = await store.list({ prefix, after, limit: limit + 1 });
  if (objects.length <= limit) return { objects, commonPrefixes: [], next: undefined };
  return { objects: objects.slice(0, limit), commonPrefixes: [], next: objects[limit - 1]?.key };
}

async function listGrouped(store: BucketStore, query: ListingQuery): Promise<Listing> {
  const { prefix, delimiter, limit } = query;
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let skipped = query.after !== undefined && isGroup(query.after, query) ? query.after : undefined;
  let after = skipped === undefined ? query.after : skipped + LAST_CHARACTER;
  let last: string | undefined;
  // Fetches grow while they bring objects and start small again behind a common prefix, whose keys are not fetched.
  for (let fetch = FIRST_FETCH; ; fetch = Math.min(fetch * 2, limit + 1)) {
    const found = await store.list({ prefix, after, limit: fetch });
    for (const object of found) {
      const { key } = object;
      after = key;
      if (skipped !== undefined && key.startsWith(skipped)) continue;
      if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
      const end = key.indexOf(delimiter, prefix.length);
      last = end < 0 ? key : key.slice(0, end + delimiter.length);
      if (end < 0) {
        objects.push(object);
        continue;
      }
      commonPrefixes.push(last);
      skipped = last;
      after = last + LAST_CHARACTER;
      fetch = FIRST_FETCH / 2;
      break;
    }
    if (found.length === 0) return { objects, commonPrefixes, next: undefined };
  }
}

function isGroup(marker: string, { prefix, delimiter }: ListingQuery): boolean {
  return marker.startsWith(prefix) && marker.length > prefix.length && marker.endsWith(delimiter);
}
