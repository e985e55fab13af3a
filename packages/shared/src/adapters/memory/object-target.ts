import { Fault } from "../../domain/fault.ts";
import type { Stored, TargetAttributes, TargetObject } from "../../domain/object.ts";
import { recordOfMetadata } from "../../domain/source-record.ts";
import type { MultipartTarget, ObjectTarget, UploadedPart } from "../../ports/object-target.ts";
import { combineCrc64 } from "../crc64/crc64.ts";
import { type Received, receive } from "./object-receive.ts";
import { createObjectTable, type ObjectTable } from "./object-table.ts";

/** What a memory target holds under a key. */
export interface Held {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly attributes: TargetAttributes;
  readonly etag: string;
  readonly crc64: bigint;
  readonly lastModifiedMs: number;
}

/** A target in memory, with eyes on what it holds. */
export interface MemoryTarget extends ObjectTarget {
  held(key: string): Held | undefined;
  keys(): readonly string[];
  /** Uploads begun and neither completed nor aborted. */
  openUploads(): number;
}

interface OpenUpload {
  readonly key: string;
  readonly attributes: TargetAttributes;
  readonly parts: Map<number, Received>;
}

/** A real target that forgets everything: it sits the same exam as OSS'. `now` dates what is written. */
export function createMemoryTarget(now: () => number = Date.now): MemoryTarget {
  const table = createObjectTable<Held>();
  const uploads = new Map<string, OpenUpload>();
  return {
    held: (key) => table.get(key),
    keys: () => table.keys(),
    openUploads: () => uploads.size,
    listPage: async (request, { signal }) => {
      signal.throwIfAborted();
      return table.page(request, (held) => ({ ...shown(held), crc64: undefined, recorded: undefined }));
    },
    head: async (key, { signal }) => {
      signal.throwIfAborted();
      const held = table.get(key);
      return held === undefined ? undefined : shown(held);
    },
    put: async ({ key, payload, attributes, ifThere }, { signal }) => {
      const received = await receive(payload, signal);
      if (ifThere === "forbid" && table.get(key) !== undefined) return "exists";
      return store(table, { key, attributes, ...received, lastModifiedMs: now() });
    },
    remove: async (key, { signal }) => {
      signal.throwIfAborted();
      table.delete(key);
    },
    uploads: createMemoryUploads(table, uploads, now),
    close: async () => {},
  };
}

function createMemoryUploads(
  table: ObjectTable<Held>,
  uploads: Map<string, OpenUpload>,
  now: () => number,
): MultipartTarget {
  let begun = 0;
  const open = (uploadId: string) => {
    const upload = uploads.get(uploadId);
    if (upload === undefined) throw new Fault("TARGET_UPLOAD_LOST", "permanent", { said: uploadId });
    return upload;
  };
  return {
    begin: async (key, attributes, { signal }) => {
      signal.throwIfAborted();
      begun += 1;
      const uploadId = `upload-${begun}`;
      uploads.set(uploadId, { key, attributes, parts: new Map() });
      return { key, uploadId };
    },
    putPart: async ({ uploadId }, partNumber, payload, { signal }) => {
      open(uploadId);
      const received = await receive(payload, signal);
      open(uploadId).parts.set(partNumber, received);
      return partShown(partNumber, received);
    },
    complete: async ({ uploadId }, parts, { signal }) => {
      signal.throwIfAborted();
      const upload = open(uploadId);
      const stored = store(table, { ...joined(upload, parts), lastModifiedMs: now() });
      uploads.delete(uploadId);
      return stored;
    },
    abort: async ({ uploadId }, { signal }) => {
      signal.throwIfAborted();
      uploads.delete(uploadId);
    },
    parts: async ({ uploadId }, { signal }) => {
      signal.throwIfAborted();
      const upload = uploads.get(uploadId);
      if (upload === undefined) return undefined;
      return [...upload.parts]
        .sort(([left], [right]) => left - right)
        .map(([partNumber, received]) => partShown(partNumber, received));
    },
  };
}

function partShown(partNumber: number, { etag, crc64, bytes }: Received): UploadedPart {
  return { partNumber, etag, crc64, sizeBytes: bytes.length };
}

function store(table: ObjectTable<Held>, held: Held): Stored {
  table.set(held.key, held);
  return { etag: held.etag, crc64: held.crc64 };
}

function joined({ key, attributes, parts }: OpenUpload, named: readonly UploadedPart[]): Omit<Held, "lastModifiedMs"> {
  let crc64 = 0n;
  let before = 0;
  const pieces: Uint8Array[] = [];
  for (const { partNumber, etag } of named) {
    const part = parts.get(partNumber);
    if (part === undefined || part.etag !== etag || partNumber <= before) {
      throw new Fault("TARGET_REFUSED", "permanent", { said: `part ${partNumber} is not as it was sent` });
    }
    before = partNumber;
    crc64 = combineCrc64(crc64, part.crc64, part.bytes.length);
    pieces.push(part.bytes);
  }
  const bytes = Buffer.concat(pieces);
  // As OSS does, the ETag of an object in parts says nothing about its content.
  return {
    key,
    attributes,
    bytes,
    crc64,
    etag: `${crc64.toString(16).padStart(32, "0").toUpperCase()}-${named.length}`,
  };
}

function shown({ key, bytes, etag, lastModifiedMs, crc64, attributes }: Held): TargetObject {
  const recorded = recordOfMetadata(attributes.userMetadata);
  return { key, sizeBytes: bytes.length, etag, lastModifiedMs, crc64, recorded };
}
