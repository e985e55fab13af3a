import type { BucketStore } from "./bucket.ts";
import { hashContent } from "./body.ts";
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
      const { sizeBytes, md5Hex, crc64 } = await hashContent(body);
      return { sizeBytes, md5Hex, crc64, discard: nothing };
    },
    commit: async (key, drafts, facts) => {
      const sizeBytes = drafts.reduce((sum, draft) => sum + draft.sizeBytes, 0);
      table.put({ object: { ...facts, key, sizeBytes }, content: undefined });
    },
    amend: async (key, change) => void table.change(key, change),
    remove: async (key) => void table.drop(key),
  };
}

async function nothing(): Promise<void> {
  // What was not kept cannot be forgotten.
}
