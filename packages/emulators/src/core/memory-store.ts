import type { BucketStore, Draft } from "./bucket.ts";
import { createContentHash } from "./body.ts";
import { createObjectTable } from "./object-table.ts";

/** Keeps objects in memory for as long as the process lives. */
export function createMemoryStore(): BucketStore {
  const table = createObjectTable<readonly Buffer[]>();
  const contents = new WeakMap<Draft, readonly Buffer[]>();
  return {
    stat: table.stat,
    list: table.list,
    read: (key, start, end) => slices(table.get(key)?.content ?? [], start, end),
    draft: async (body) => {
      const hash = createContentHash();
      const chunks: Buffer[] = [];
      for await (const chunk of body) {
        await hash.update(chunk);
        chunks.push(chunk);
      }
      const draft: Draft = { ...hash.finish(), discard: async () => void contents.delete(draft) };
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

async function* slices(chunks: readonly Buffer[], start: number, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, chunk.length);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.length;
    if (offset >= end) return;
  }
}
