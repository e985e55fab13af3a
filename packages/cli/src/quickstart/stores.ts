import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { emulatorsMain } from "../commands/emulators.ts";
import type { Children } from "./children.ts";
import { seedNames } from "./names.ts";

const storeSchema = z.object({
  url: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});
const storesSchema = z.object({ s3: storeSchema, oss: storeSchema });
export type Stores = z.infer<typeof storesSchema>;

/** What the source bucket holds: the seed's 42 objects, or computed ones. */
export interface SourceContent {
  readonly objects: number | undefined;
  readonly sizeBytes: number;
}

/** Up to so much the copies stay in the emulator's memory, beyond it they go to disk. */
const mostMemoryBytes = 512 * 1024 * 1024;

/** Where the emulators keep what does not fit into memory. */
export function storesFolder(folder: string): string {
  return join(folder, "stores");
}

/** Starts both emulators with the scenario's buckets. */
export async function startStores(
  children: Children,
  folder: string,
  content: SourceContent,
  launch: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Stores> {
  const { objects, sizeBytes } = content;
  const keys = { scheme: "sequential", prefix: seedNames.sourcePrefix };
  const synthetic = { kind: "synthetic", objects, keys, sizes: { distribution: "fixed", bytes: sizeBytes } };
  const source = objects === undefined ? { kind: "plain" } : synthetic;
  const config = {
    s3: { region: seedNames.sourceRegion, buckets: { [seedNames.sourceBucket]: source } },
    oss: { region: seedNames.targetRegion, buckets: { [seedNames.targetBucket]: { kind: "plain" } } },
  };
  const file = join(folder, "emulators.json");
  await writeFile(file, JSON.stringify(config, undefined, 2));
  const onDisk = (objects ?? 0) * sizeBytes > mostMemoryBytes ? ["--data", storesFolder(folder)] : [];
  const child = children.start({
    name: "emulators",
    command: process.execPath,
    args: [emulatorsMain, "--json", "--config", file, ...onDisk],
    env: launch.env,
  });
  return child.firstLine((line) => storesSchema.safeParse(parsed(line)).data, launch.signal);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
