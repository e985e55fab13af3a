import type { BucketStore, Draft } from "./bucket.ts";
import { bodyOfPieces, hashContent } from "./body.ts";
import { createObjectTable } from "./object-table.ts";

/** Keeps objects in memory for as long as the process lives. */
export function createMemoryStore(): BucketStore {
  const table = createObjectTable<readonly Buffer[]>();
  const contents = new WeakMap<Draft, readonly Buffer[]>();
  return {
    stat: table.stat,
    list: table.list,
    read: (key, start, end) => bodyOfPieces(slices(table.get(key)?.content ?? [], start, end), end - start),
    draft: async (body) => {
      const chunks: Buffer[] = [];
      const hashes = await hashContent(body, (chunk) => void chunks.push(chunk));
      const draft: Draft = { ...hashes, discard: async () => void contents.delete(draft) };
      contents.set(draft, chunks);
      return draft;
    },
    commit: async (key, drafts, facts) => {
      const content = drafts.flatMap((draft) => contents.get(draft) ?? []);
      const sizeBytes = drafts.reduce((sum, draft) => sum + draft.sizeBytes, 0);
      table.put({ object: { ...facts, key, sizeBytes }, content });
    },
    amend: async (key, change) => void table.change(key, change),
    remove: async (key) => void table.drop(key),
  };
}

function* slices(chunks: readonly Buffer[], start: number, end: number): Generator<Buffer> {
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, chunk.length);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.length;
    if (offset >= end) return;
  }
}
