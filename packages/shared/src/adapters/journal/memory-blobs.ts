import type { BlobStore } from "../../ports/blob-store.ts";

/** Blobs in memory, for tests and for trying things out. */
export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    async write(name, bytes, { signal }) {
      signal.throwIfAborted();
      blobs.set(name, Uint8Array.from(bytes));
    },
    async read(name, { signal }) {
      signal.throwIfAborted();
      return blobs.get(name);
    },
    async *list(folder) {
      for (const name of blobs.keys()) {
        if (name.startsWith(`${folder}/`) && !name.slice(folder.length + 1).includes("/")) yield name;
      }
    },
    async removeFolder(folder, { signal }) {
      signal.throwIfAborted();
      for (const name of blobs.keys()) if (name.startsWith(`${folder}/`)) blobs.delete(name);
    },
    async close() {},
  };
}
