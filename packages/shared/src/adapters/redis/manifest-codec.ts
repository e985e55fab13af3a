import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import type { FailedObject, Manifest, SpreadCopy, WrittenObject } from "../../domain/task.ts";
import { type Columns, columnsOf, columnsSchema, numbers, objectsOf, texts } from "./object-columns.ts";

/** One object, and the generation that it is in; `group` is there for a group of parts. */
const manifestSchema = columnsSchema.extend({
  restarts: z.number().optional(),
  spread: z
    .object({
      task: z.string(),
      size: z.number(),
      etag: z.string(),
      modified: z.number(),
      class: z.string(),
      target: z.string(),
      upload: z.string(),
      partSize: z.number(),
      proof: z.discriminatedUnion("algorithm", [
        z.object({ algorithm: z.literal("none") }),
        z.object({
          algorithm: z.enum(["md5", "multipart-md5", "crc64nvme", "crc32c", "crc32", "sha256", "sha1"]),
          expected: z.string(),
        }),
      ]),
      restarts: z.number(),
    })
    .optional(),
  group: z.tuple([z.number(), z.number()]).optional(),
});
const failureColumnsSchema = columnsSchema.extend({
  message: texts,
  attempts: numbers,
  at: numbers,
});
const writtenColumnsSchema = columnsSchema.extend({ target: texts, crc64: texts });

export function packManifest(manifest: Manifest): Buffer {
  const columns = columnsOf(manifest.objects);
  switch (manifest.kind) {
    case "copy-batch":
      return pack({ ...columns, restarts: manifest.restarts });
    case "complete-upload":
      return pack({ ...columns, spread: packedSpread(manifest.spread) });
    case "copy-parts":
      return pack({
        ...columns,
        spread: packedSpread(manifest.spread),
        group: [manifest.firstPart, manifest.lastPart],
      });
    default:
      return manifest satisfies never;
  }
}

export function unpackManifest(packed: Buffer): Manifest {
  const { restarts, spread, group, ...columns } = manifestSchema.parse(unpack(packed));
  const objects = objectsOf(columns);
  if (spread === undefined) return { kind: "copy-batch", objects, ...(restarts === undefined ? {} : { restarts }) };
  const shared = { objects, spread: unpackedSpread(spread, columns.key[0] ?? "") };
  if (group === undefined) return { kind: "complete-upload", ...shared };
  return { kind: "copy-parts", ...shared, firstPart: group[0], lastPart: group[1] };
}

type PackedSpread = NonNullable<z.infer<typeof manifestSchema>["spread"]>;

/** The version's key is that of the listed object. */
function packedSpread({ objectTaskId, version, ...spread }: SpreadCopy): PackedSpread {
  return {
    task: objectTaskId,
    size: version.sizeBytes,
    etag: version.etag,
    modified: version.lastModifiedMs,
    class: version.storageClass,
    target: spread.targetKey,
    upload: spread.uploadId,
    partSize: spread.partSizeBytes,
    proof: spread.proof,
    restarts: spread.restarts,
  };
}

function unpackedSpread(packed: PackedSpread, key: string): SpreadCopy {
  const { size: sizeBytes, etag, modified: lastModifiedMs, class: storageClass } = packed;
  return {
    objectTaskId: packed.task,
    version: { key, sizeBytes, etag, lastModifiedMs, storageClass },
    targetKey: packed.target,
    uploadId: packed.upload,
    partSizeBytes: packed.partSize,
    proof: packed.proof,
    restarts: packed.restarts,
  };
}

/** How long Redis keeps it. */
export type Kept = "for-now" | "for-long";

export function packFailures(objects: readonly FailedObject[], kept: Kept): Buffer {
  const columns = {
    ...columnsOf(objects),
    message: objects.map(({ message }) => message),
    attempts: objects.map(({ attempts }) => attempts),
    at: objects.map(({ atMs }) => atMs),
  };
  return pack(columns, kept);
}

export function unpackFailures(packed: Buffer): readonly FailedObject[] {
  const { message, attempts, at, ...columns } = failureColumnsSchema.parse(unpack(packed));
  return objectsOf(columns).map((object, index) => ({
    ...object,
    message: message[index] ?? "",
    attempts: attempts[index] ?? 0,
    atMs: at[index] ?? 0,
  }));
}

export function packWritten(written: readonly WrittenObject[]): Buffer {
  return pack({
    ...columnsOf(written.map(({ source }) => source)),
    target: written.map(({ targetKey }) => targetKey),
    crc64: written.map(({ crc64 }) => crc64),
  });
}

export function unpackWritten(packed: Buffer): readonly WrittenObject[] {
  const { target, crc64, ...columns } = writtenColumnsSchema.parse(unpack(packed));
  return objectsOf(columns).map((source, index) => ({
    source,
    targetKey: target[index] ?? "",
    crc64: crc64[index] ?? "",
  }));
}

/**
 * What zstd is told. Keys and ETags are next to random: its default (3) makes them no smaller than 1 does and takes a third
 * longer, 15 makes them an eighth smaller and takes fifteen times as long.
 */
const levels = { "for-now": 1, "for-long": 15 } as const;

function pack(columns: Columns & Readonly<Record<string, unknown>>, kept: Kept = "for-now"): Buffer {
  return zstdCompressSync(JSON.stringify(columns), {
    params: { [constants.ZSTD_c_compressionLevel]: levels[kept] },
  });
}

function unpack(packed: Buffer): unknown {
  return JSON.parse(zstdDecompressSync(packed).toString());
}
