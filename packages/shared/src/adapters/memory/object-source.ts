import { createHash } from "node:crypto";

import { etagOfParts } from "../../domain/etag.ts";
import { Fault } from "../../domain/fault.ts";
import type { SourceFacts } from "../../domain/object.ts";
import type { Chunks, ObjectSource, ReadRequest } from "../../ports/object-source.ts";
import { createObjectTable } from "./object-table.ts";

/** An object to lay into a memory source; what is left out is as S3 would set it. */
export type SourceSeed = { readonly key: string; readonly bytes: Uint8Array } & Partial<
  Omit<SourceFacts, "key" | "sizeBytes">
> & {
    /** The sizes of the parts that it was uploaded in, if it was. */
    readonly partsBytes?: readonly number[];
  };

/** A source in memory, with hands to change what it holds. */
export interface MemorySource extends ObjectSource {
  lay(seed: SourceSeed): void;
  take(key: string): void;
}

interface Held {
  readonly facts: SourceFacts;
  readonly bytes: Uint8Array;
  readonly partsBytes: readonly number[];
}

const CHUNK_BYTES = 64 * 1024;
const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** A real source that forgets everything: it sits the same exam as S3's. */
export function createMemorySource(seeds: Iterable<SourceSeed> = []): MemorySource {
  const table = createObjectTable<Held>();
  const lay = (seed: SourceSeed) => table.set(seed.key, hold(seed));
  for (const seed of seeds) lay(seed);
  return {
    lay,
    take: (key) => table.delete(key),
    listPage: async (request, { signal }) => {
      signal.throwIfAborted();
      return table.page(request, ({ facts }) => listed(facts));
    },
    head: async (key, { signal }) => {
      signal.throwIfAborted();
      return table.get(key)?.facts;
    },
    read: async (request, { signal }) => {
      signal.throwIfAborted();
      const held = readable(table.get(request.key), request);
      const bytes = slice(held.bytes, request);
      return { facts: held.facts, sizeBytes: bytes.length, chunks: chunksOf(bytes, signal) };
    },
    part: async (request, { signal }) => {
      signal.throwIfAborted();
      const { partsBytes } = pinned(table.get(request.key), request);
      const sizeBytes = partsBytes[request.partNumber - 1];
      return sizeBytes === undefined ? undefined : { sizeBytes, count: partsBytes.length };
    },
    close: async () => {},
  };
}

function hold(seed: SourceSeed): Held {
  const { bytes, partsBytes = [], ...rest } = seed;
  const facts: SourceFacts = {
    etag: partsBytes.length === 0 ? createHash("md5").update(bytes).digest("hex") : etagOf(bytes, partsBytes),
    lastModifiedMs: Date.UTC(2024, 0, 1),
    storageClass: "STANDARD",
    headers: { "content-type": "binary/octet-stream" },
    userMetadata: {},
    checksums: {},
    ...rest,
    sizeBytes: bytes.length,
  };
  return { facts, bytes: Uint8Array.from(bytes), partsBytes };
}

function etagOf(bytes: Uint8Array, partsBytes: readonly number[]): string {
  let at = 0;
  const md5s = partsBytes.map((sizeBytes) => {
    at += sizeBytes;
    return BigInt(
      `0x${createHash("md5")
        .update(bytes.subarray(at - sizeBytes, at))
        .digest("hex")}`,
    );
  });
  return etagOfParts(md5s);
}

function listed({ key, sizeBytes, etag, lastModifiedMs, storageClass }: SourceFacts) {
  return { key, sizeBytes, etag, lastModifiedMs, storageClass };
}

function readable(held: Held | undefined, request: ReadRequest): Held {
  const found = pinned(held, request);
  if (ARCHIVED.has(found.facts.storageClass)) throw new Fault("SOURCE_ARCHIVED", "permanent", { said: request.key });
  return found;
}

function pinned(held: Held | undefined, { key, etag }: Pick<ReadRequest, "key" | "etag">): Held {
  if (held === undefined) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { said: key });
  if (held.facts.etag !== etag) throw new Fault("SOURCE_CHANGING", "transient", { said: key });
  return held;
}

function slice(bytes: Uint8Array, { range }: ReadRequest): Uint8Array {
  if (range === undefined) return bytes;
  if (range.first >= bytes.length || range.last < range.first) {
    throw new Fault("SOURCE_REFUSED", "permanent", { said: "the range lies outside the object" });
  }
  return bytes.subarray(range.first, range.last + 1);
}

/** Every chunk lies in the same buffer: who keeps one beyond the next sees it change. */
async function* chunksOf(bytes: Uint8Array, signal: AbortSignal): Chunks {
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, bytes.length));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    signal.throwIfAborted();
    const piece = bytes.subarray(at, at + CHUNK_BYTES);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0xee);
  }
}
