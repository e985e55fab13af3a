import type { SyntheticConfig } from "./bucket-config.ts";
import { bodyOfPieces } from "./body.ts";
import type { BucketStore, StoredObject } from "./bucket.ts";
import { createSyntheticContent } from "./synthetic-content.ts";
import { createSyntheticKeys } from "./synthetic-keys.ts";
import { noiseBetween } from "./synthetic-noise.ts";

const NO_ENTRIES = Object.freeze({});
const HEADERS = Object.freeze({ "content-type": "application/octet-stream" });

/** Holds any number of computed objects without storing one. It takes no writes: what is computed cannot change. */
export function createSyntheticStore(config: SyntheticConfig): BucketStore {
  const keys = createSyntheticKeys(config);
  const bodyAt = createSyntheticContent(config);

  function objectAt(position: number, key: string): StoredObject {
    const body = bodyAt(position);
    return {
      key,
      sizeBytes: body.sizeBytes,
      etag: body.etag,
      md5Hex: body.md5Hex,
      crc64: body.crc64,
      lastModifiedMs: body.lastModifiedMs,
      storageClass: "STANDARD",
      headers: HEADERS,
      userMetadata: NO_ENTRIES,
      tags: [],
      acl: "private",
      checksums: NO_ENTRIES,
      parts: [],
      restoredUntilMs: undefined,
      objectType: body.md5Hex === undefined ? "Multipart" : "Normal",
      symlinkTarget: undefined,
    };
  }

  // A stat is followed by the read of the same key: its search need not be done again.
  let last = { key: "", position: -1 };

  function find(key: string): number | undefined {
    if (key === last.key && last.position >= 0) return last.position;
    const position = keys.positionOf(key);
    if (position >= keys.count || keys.keyAt(position) !== key) return undefined;
    last = { key, position };
    return position;
  }

  return {
    stat: async (key) => {
      const position = find(key);
      return position === undefined ? undefined : objectAt(position, key);
    },
    read: (key, start, end) => {
      const position = find(key);
      const phase = position === undefined ? 0 : bodyAt(position).phase;
      return bodyOfPieces(noiseBetween(config.seed, phase, { start, end }), end - start);
    },
    list: async ({ prefix, after, limit }) => {
      const found: StoredObject[] = [];
      const start = Math.max(keys.positionOf(prefix), after === undefined ? 0 : keys.positionOf(after));
      for (let position = start; position < keys.count && found.length < limit; position += 1) {
        const key = keys.keyAt(position);
        if (!key.startsWith(prefix)) break;
        if (key !== after) found.push(objectAt(position, key));
      }
      return found;
    },
    draft: () => refuseWrite(),
    commit: () => refuseWrite(),
    amend: () => refuseWrite(),
    remove: () => refuseWrite(),
  };
}

async function refuseWrite(): Promise<never> {
  throw new Error("a synthetic bucket takes no writes");
}
