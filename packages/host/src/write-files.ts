import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RenderedFile } from "@causeway/tunnel/render/files.ts";

/** Writes each file below `into`, whole or not at all, and answers the paths of those that changed. */
export async function writeFiles(files: readonly RenderedFile[], into: string): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const { path, mode, text } of files) {
    const place = join(into, path);
    if ((await readFile(place, "utf8").catch(() => undefined)) === text) continue;
    await mkdir(dirname(place), { recursive: true });
    await writeFile(`${place}.new`, text, { mode });
    await chmod(`${place}.new`, mode);
    await rename(`${place}.new`, place);
    changed.push(path);
  }
  return changed;
}
