import { readFile } from "node:fs/promises";
import { keyCure, keyFaults } from "../model/key.ts";
import type { Tunnel } from "../model/tunnel.ts";

/** What is wrong with a key that can be looked at here; `end` counts the tunnels from 0. */
export interface LocalKeyFault {
  readonly end: number;
  readonly says: string;
  readonly cure: string;
}

/**
 * Looks at the keys that lie in the environment or in files. Those of parameter stores are looked at by the host that may
 * read them, when it loads them. No sentence contains a key.
 */
export async function localKeyFaults(
  { ends }: Tunnel,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly LocalKeyFault[]> {
  const found = await Promise.all(
    ends.map(async ({ key: reference }, end) => {
      const [, scheme, name = ""] = /^(env|file):(.*)$/.exec(reference) ?? [];
      if (scheme === undefined) return [];
      const key = scheme === "env" ? environment[name] : await textOf(name);
      if (key === undefined) {
        const cure = scheme === "env" ? "Set the variable." : "Write the file, readable for root only.";
        return [{ end, says: `There is no key at ${reference}.`, cure }];
      }
      return keyFaults(key).map((says) => ({ end, says: `${reference}: ${says}`, cure: keyCure }));
    }),
  );
  return found.flat();
}

/** Editors end files with a line break, which is not the key's. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.replace(/\r?\n$/, ""),
    () => undefined,
  );
}
