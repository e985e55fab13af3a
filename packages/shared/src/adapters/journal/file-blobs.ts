import { randomBytes } from "node:crypto";
import { mkdir, open, opendir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { BlobStore } from "../../ports/blob-store.ts";

const temporary = ".tmp";

/** Blobs as files below `root`, on one host or on a mount that all hosts share. */
export function createFileBlobStore(root: string): BlobStore {
  return {
    async write(name, bytes, { signal }) {
      signal.throwIfAborted();
      await atPlace(root, () => writeWhole(join(root, name), bytes));
    },
    async read(name, { signal }) {
      signal.throwIfAborted();
      return await atPlace(root, () => unlessMissing(() => readFile(join(root, name))));
    },
    async *list(folder, { signal }) {
      const entries = await atPlace(root, () => unlessMissing(() => opendir(join(root, folder))));
      if (entries === undefined) return;
      for await (const entry of entries) {
        signal.throwIfAborted();
        if (entry.isFile() && !entry.name.endsWith(temporary)) yield `${folder}/${entry.name}`;
      }
    },
    async removeFolder(folder, { signal }) {
      signal.throwIfAborted();
      await atPlace(root, () => rm(join(root, folder), { recursive: true, force: true, maxRetries: 3 }));
    },
    async close() {},
  };
}

/**
 * Writes under a temporary name, syncs, renames and syncs the folder: after a crash or a power cut there is the whole blob or
 * none. A left temporary file is never listed or read.
 */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}${temporary}`);
  try {
    const file = await open(draft, "wx", 0o640);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes the folder and those above it; each new one is an entry in its parent, which is synced too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Only people can mend a folder that refuses, and no object is to blame: so the kind is `path`. */
async function atPlace<T>(root: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const said = `${root}: ${error instanceof Error ? error.message : String(error)}`;
    throw new Fault("JOURNAL_FAILED", "path", { cause: error, said });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
