import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { StoreSide } from "./sides.ts";

const readings = 3;

/** Reads an object to its end and answers its SHA-256. A connection that breaks is tried again from the start. */
export async function hashOf(side: StoreSide, key: string, signal: AbortSignal): Promise<string> {
  for (let reading = 1; ; reading += 1) {
    try {
      const hash = createHash("sha256");
      for await (const chunk of await side.read(key, signal)) hash.update(chunk);
      return hash.digest("hex");
    } catch (error) {
      signal.throwIfAborted();
      if (reading === readings) throw error;
      await wait(200 * reading, undefined, { signal });
    }
  }
}
