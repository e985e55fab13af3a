import { chmod, mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the worker finds its secrets, one file for each setting. */
export const secretsFolder = "/run/causeway/secrets";

/** Magic numbers of statfs(2): what lies there is gone when the machine stops. */
export const memoryFileSystems: ReadonlyMap<number, string> = new Map([
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);

/**
 * Puts each value into a file of its name that only `owner` may read, and removes files of other names. Answers a sentence
 * where the folder is on a disk: then nothing is written.
 */
export async function storeSecrets(
  folder: string,
  values: ReadonlyMap<string, string>,
  chown: (path: string) => Promise<void>,
): Promise<{ readonly obstacle: string } | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!memoryFileSystems.has((await statfs(folder)).type)) {
    return { obstacle: `${folder} is on a disk, and secrets must not be: mount a tmpfs there.` };
  }
  await chmod(folder, 0o700);
  await chown(folder);
  for (const [name, value] of values) {
    const path = join(folder, name);
    // Into place by rename: a worker that starts meanwhile reads the old value or the new one, never half.
    await writeFile(`${path}.new`, value, { mode: 0o400 });
    await chown(`${path}.new`);
    await rename(`${path}.new`, path);
  }
  for (const name of await readdir(folder)) {
    if (!values.has(name)) await rm(join(folder, name));
  }
  return undefined;
}
