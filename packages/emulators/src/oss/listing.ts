import type { BucketStore, StoredObject } from "../core/bucket.ts";
import { MAX_KEY_BYTES, MAX_PAGE } from "./limits.ts";

export interface ListingQuery {
  readonly prefix: string;
  /** "" where keys are not to be grouped. */
  readonly delimiter: string;
  readonly after: string | undefined;
  /** How many keys and common prefixes together. */
  readonly limit: number;
}

export interface ListingPage {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix of a page behind which there is more. */
  readonly next: string | undefined;
}

/** Behind every key that starts with what stands before it: no key has room for 1,023 bytes of the last code point more. */
const BEHIND_ALL = "\u{10FFFF}".repeat(Math.ceil(MAX_KEY_BYTES / 4));

/** One page of a bucket in byte order. A group that the page before ended with is not named again. */
export async function listPage(store: BucketStore, query: ListingQuery): Promise<ListingPage> {
  const { prefix, after, limit } = query;
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let group = after !== undefined && groupOf(after, query) === after ? after : undefined;
  let cursor = group === undefined ? after : group + BEHIND_ALL;
  for (;;) {
    const wanted = Math.min(limit - objects.length - commonPrefixes.length, MAX_PAGE) + 1;
    const found = await store.list({ prefix, after: cursor, limit: wanted });
    for (const object of found) {
      const itsGroup = groupOf(object.key, query);
      if (itsGroup !== undefined && itsGroup === group) continue;
      if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
      if (itsGroup === undefined) objects.push(object);
      else commonPrefixes.push(itsGroup);
      group = itsGroup;
      last = itsGroup ?? object.key;
    }
    if (found.length < wanted) return { objects, commonPrefixes, next: undefined };
    cursor = group === undefined ? found.at(-1)?.key : group + BEHIND_ALL;
  }
}

/** The common prefix that a key is counted under: up to and including the first delimiter behind the prefix. */
export function groupOf(key: string, query: Pick<ListingQuery, "prefix" | "delimiter">): string | undefined {
  const { prefix, delimiter } = query;
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found === -1 ? undefined : key.slice(0, found + delimiter.length);
}
