import type { BucketStore } from "./bucket.ts";
import { createContentHash } from "./body.ts";
import { createObjectTable } from "./object-table.ts";

/** Keeps size, MD5, CRC-64 and facts of every object and drops the bytes: a target for measurements. */
export function createSinkStore(): BucketStore {
  const table = createObjectTable<undefined>();
  return {
    stat: table.stat,
    list: table.list,
    read: (key) => {
      throw new Error(`a sink bucket keeps no bytes, so ${JSON.stringify(key)} cannot be read back`);
    },
    draft: async (body) => {
      const hash = createContentHash();
      for await (const chunk of body) await hash.update(chunk);
      return { ...hash.finish(), discard: async () => undefined };
    },
    commit: async (key, drafts, facts) => {
      const sizeBytes = drafts.reduce((sum, draft) => sum + draft.sizeBytes, 0);
      table.put({ object: { ...facts, key, sizeBytes }, content: undefined });
    },
    amend: async (key, change) => void table.change(key, change),
    remove: async (key) => void table.drop(key),
  };
}
