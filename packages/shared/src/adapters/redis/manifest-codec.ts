import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import type { SourceObject } from "../../domain/object.ts";
import type { FailedObject, Manifest, SpreadCopy, WrittenObject } from "../../domain/task.ts";

/**
 * Objects by columns, so that like stands by like and compresses well; `n` names the shape. A list of failed objects
 * has three columns more, and is read as a manifest all the same: `retry` moves it without looking inside.
 */
const columnsSchema = z.object({
  n: z.literal(1),
  key: z.array(z.string()),
  size: z.array(z.number()),
  etag: z.array(z.string()),
  modified: z.array(z.number()),
  /** Storage classes that occur, and each object's place among them. */
  classes: z.array(z.string()),
  class: z.array(z.number()),
});
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
  message: z.array(z.string()),
  attempts: z.array(z.number()),
  at: z.array(z.number()),
});
const writtenColumnsSchema = columnsSchema.extend({ target: z.array(z.string()), crc64: z.array(z.string()) });
type Columns = z.infer<typeof columnsSchema>;

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

function columnsOf(objects: readonly SourceObject[]): Columns {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  };
  const columns: Columns = { n: 1, key: [], size: [], etag: [], modified: [], classes: [], class: [] };
  for (const object of objects) {
    columns.key.push(object.key);
    columns.size.push(object.sizeBytes);
    columns.etag.push(object.etag);
    columns.modified.push(object.lastModifiedMs);
    columns.class.push(placeOf(object.storageClass));
  }
  columns.classes = [...places.keys()];
  return columns;
}

function objectsOf(columns: Columns): SourceObject[] {
  return columns.key.map((key, index) => ({
    key,
    sizeBytes: columns.size[index] ?? 0,
    etag: columns.etag[index] ?? "",
    lastModifiedMs: columns.modified[index] ?? 0,
    storageClass: columns.classes[columns.class[index] ?? 0] ?? "",
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
