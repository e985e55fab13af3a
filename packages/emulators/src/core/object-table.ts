import type { BucketStore, ObjectFacts, StoredObject } from "./bucket.ts";
import { createKeyIndex } from "./key-index.ts";

/** An object with what its store needs to find the content again. */
export interface Row<Content> {
  readonly object: StoredObject;
  readonly content: Content;
}

/** The objects of one bucket in memory, in byte order; where their content lies is the store's own affair. */
export interface ObjectTable<Content> extends Pick<BucketStore, "stat" | "list"> {
  get(key: string): Row<Content> | undefined;
  put(row: Row<Content>): void;
  /** Answers the changed row, or undefined where there is no such object. */
  change(key: string, change: Partial<ObjectFacts>): Row<Content> | undefined;
  /** Answers what was removed. */
  drop(key: string): Row<Content> | undefined;
}

export function createObjectTable<Content>(): ObjectTable<Content> {
  const rows = new Map<string, Row<Content>>();
  const keys = createKeyIndex();
  const table: ObjectTable<Content> = {
    get: (key) => rows.get(key),
    put: (row) => {
      const { key } = row.object;
      const count = rows.size;
      rows.set(key, row);
      if (rows.size > count) keys.add(key);
    },
    change: (key, change) => {
      const row = rows.get(key);
      if (row === undefined) return undefined;
      const changed = { ...row, object: { ...row.object, ...change } };
      rows.set(key, changed);
      return changed;
    },
    drop: (key) => {
      const row = rows.get(key);
      if (rows.delete(key)) keys.remove(key);
      return row;
    },
    stat: async (key) => rows.get(key)?.object,
    list: async ({ prefix, after, limit }) => {
      const found: StoredObject[] = [];
      if (limit <= 0) return found;
      for (const key of keys.iterate(prefix, after)) {
        if (!key.startsWith(prefix)) break;
        const row = rows.get(key);
        if (row !== undefined) found.push(row.object);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
  return table;
}
