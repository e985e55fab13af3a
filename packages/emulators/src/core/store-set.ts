import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { bucketConfigSchema, type BucketConfig } from "./bucket-config.ts";
import type { BucketStore } from "./bucket.ts";
import { createFolderStore } from "./folder-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createSinkStore } from "./sink-store.ts";
import { createSyntheticStore } from "./synthetic-store.ts";

export interface Bucket {
  readonly name: string;
  readonly createdAtMs: number;
  readonly config: BucketConfig;
  readonly store: BucketStore;
}

/** The buckets of one emulator. */
export interface StoreSet {
  get(name: string): Bucket | undefined;
  /** In byte order of their names. */
  list(): readonly Bucket[];
  /** Makes a bucket, replacing what stood under the name with all its objects. */
  create(name: string, config: BucketConfig): Promise<Bucket>;
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>;
}

export interface StoreSetOptions {
  /** Where plain buckets keep their objects; undefined: in memory. */
  readonly folder: string | undefined;
  readonly now: () => number;
}

const savedSchema = z.strictObject({ createdAtMs: z.number(), config: bucketConfigSchema });

/** Opens the set and, where it has a folder, every bucket that an earlier process left there. */
export async function createStoreSet(options: StoreSetOptions): Promise<StoreSet> {
  const { folder, now } = options;
  const buckets = new Map<string, Bucket>();
  if (folder !== undefined) for (const bucket of await reopen(folder)) buckets.set(bucket.name, bucket);
  return {
    get: (name) => buckets.get(name),
    list: () => [...buckets.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    create: async (name, config) => {
      if (folder !== undefined) await prepare(join(folder, name), { createdAtMs: now(), config });
      const store = await openStore(config, folder === undefined ? undefined : join(folder, name));
      const bucket: Bucket = { name, createdAtMs: now(), config, store };
      buckets.set(name, bucket);
      return bucket;
    },
    remove: async (name) => {
      if (buckets.delete(name) && folder !== undefined) await rm(join(folder, name), { recursive: true, force: true });
    },
  };
}

async function openStore(config: BucketConfig, folder: string | undefined): Promise<BucketStore> {
  switch (config.kind) {
    case "plain":
      return folder === undefined ? createMemoryStore() : createFolderStore(folder);
    case "sink":
      return createSinkStore();
    case "synthetic":
      return createSyntheticStore(config);
    default:
      return config satisfies never;
  }
}

async function prepare(folder: string, saved: z.infer<typeof savedSchema>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "bucket.json"), JSON.stringify(saved));
}

async function reopen(folder: string): Promise<readonly Bucket[]> {
  await mkdir(folder, { recursive: true });
  const buckets: Bucket[] = [];
  for (const name of await readdir(folder)) {
    const saved = savedSchema.parse(JSON.parse(await readFile(join(folder, name, "bucket.json"), "utf8")));
    buckets.push({ name, ...saved, store: await openStore(saved.config, join(folder, name)) });
  }
  return buckets;
}
