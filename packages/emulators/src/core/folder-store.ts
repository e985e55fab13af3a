import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { BucketStore, Draft, StoredObject } from "./bucket.ts";
import { hashContent, type Body, type ContentHashes } from "./body.ts";
import { createObjectTable, type Row } from "./object-table.ts";

const READ_BYTES = 256 * 1024;

/**
 * Keeps objects as files and survives a restart. A key may be any string, so files are named by its SHA-256:
 * `objects/ab/<hash>.json` holds the facts and names the content file beside it. The facts are replaced by a rename,
 * so a stopped process leaves either the old object or the new one.
 */
export async function createFolderStore(folder: string): Promise<BucketStore> {
  const table = createObjectTable<string>();
  const files = new WeakMap<Draft, string>();
  const draftFolder = join(folder, "drafts");
  await rm(draftFolder, { recursive: true, force: true });
  await mkdir(draftFolder, { recursive: true });
  for (const row of await loadRows(folder)) table.put(row);
  return {
    stat: table.stat,
    list: table.list,
    read: (key, start, end) => readFileRange(table.get(key)?.content, start, end),
    draft: async (body) => {
      const path = join(draftFolder, randomUUID());
      const hashes = await receive(path, body);
      const draft: Draft = { ...hashes, discard: () => rm(path, { force: true }) };
      files.set(draft, path);
      return draft;
    },
    commit: async (key, drafts, facts) => {
      const paths = drafts.flatMap((draft) => files.get(draft) ?? []);
      const sizeBytes = drafts.reduce((sum, draft) => sum + draft.sizeBytes, 0);
      const content = `${pathOf(folder, key)}.${randomUUID()}.bin`;
      await mkdir(dirname(content), { recursive: true });
      await joinFiles(content, paths);
      await saveRow(folder, { object: { ...facts, key, sizeBytes }, content });
      const old = table.get(key);
      table.put({ object: { ...facts, key, sizeBytes }, content });
      if (old !== undefined) await rm(old.content, { force: true });
    },
    amend: async (key, change) => {
      const row = table.change(key, change);
      if (row !== undefined) await saveRow(folder, row);
    },
    remove: async (key) => {
      const row = table.drop(key);
      if (row === undefined) return;
      await rm(`${pathOf(folder, key)}.json`, { force: true });
      await rm(row.content, { force: true });
    },
  };
}

function pathOf(folder: string, key: string): string {
  const name = createHash("sha256").update(key, "utf8").digest("hex");
  return join(folder, "objects", name.slice(0, 2), name);
}

async function receive(path: string, body: Body): Promise<ContentHashes> {
  const file = await open(path, "wx");
  try {
    return await hashContent(body, (chunk) => file.appendFile(chunk));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** One draft becomes the content by a rename; several are written one behind the other. */
async function joinFiles(target: string, paths: readonly string[]): Promise<void> {
  const [first, ...others] = paths;
  if (first === undefined) return writeFile(target, "");
  // A single draft moves; several are joined in a file of their own, so that a failure half-way leaves them whole.
  if (others.length === 0) return rename(first, target);
  await copyFile(first, target);
  const file = await open(target, "a");
  try {
    for (const path of others) for await (const chunk of createReadStream(path)) await file.appendFile(chunk);
  } finally {
    await file.close();
  }
  for (const path of paths) await rm(path, { force: true });
}

async function* readFileRange(path: string | undefined, start: number, end: number): AsyncGenerator<Buffer> {
  if (path === undefined || start >= end) return;
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: READ_BYTES })) yield chunk;
}

/** JSON knows no bigint, so the CRC is kept as a decimal string. The content's name is relative: the folder may move. */
async function saveRow(folder: string, row: Row<string>): Promise<void> {
  const path = `${pathOf(folder, row.object.key)}.json`;
  const facts = { ...row.object, crc64: row.object.crc64?.toString() };
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(
    temporary,
    JSON.stringify({ object: facts, content: row.content.slice(row.content.lastIndexOf("/") + 1) }),
  );
  await rename(temporary, path);
}

async function loadRows(folder: string): Promise<readonly Row<string>[]> {
  const root = join(folder, "objects");
  await mkdir(root, { recursive: true });
  const rows: Row<string>[] = [];
  for (const shard of await readdir(root)) {
    for (const name of await readdir(join(root, shard))) {
      if (name.endsWith(".json")) rows.push(await loadRow(join(root, shard), name));
    }
  }
  return rows;
}

async function loadRow(folder: string, name: string): Promise<Row<string>> {
  // Written by saveRow above and by nobody else.
  const saved = JSON.parse(await readFile(join(folder, name), "utf8")) as SavedRow;
  const crc64 = saved.object.crc64 === undefined ? undefined : BigInt(saved.object.crc64);
  return { object: { ...ABSENT, ...saved.object, crc64 }, content: join(folder, saved.content) };
}

/** JSON drops what is undefined; here it is again. */
const ABSENT = { md5Hex: undefined, restoredUntilMs: undefined, symlinkTarget: undefined };

interface SavedRow {
  readonly object: Omit<StoredObject, "crc64"> & { readonly crc64?: string };
  readonly content: string;
}
