import type { SourceRecord } from "./object.ts";

/**
 * The user metadata names under which a written object carries its source (OSS sends them as `x-oss-meta-…`). OSS promises
 * letters, digits and `-` only, for names and for values.
 */
const names = {
  sourceEtag: "causeway-source-etag",
  sourceModifiedMs: "causeway-source-modified",
  jobId: "causeway-job",
} as const;

const PLAIN = /^(?!x-)[A-Za-z0-9-]+$/;
const ENCODED = /^x-((?:[0-9a-f]{2})*)$/;
const MILLISECONDS = /^-?\d{1,16}$/;

/** The record as user metadata. A value with other characters than OSS promises is kept as `x-` and the hex of its UTF-8. */
export function metadataOfRecord(record: SourceRecord): Readonly<Record<string, string>> {
  return {
    [names.sourceEtag]: encode(record.sourceEtag),
    [names.sourceModifiedMs]: Math.trunc(record.sourceModifiedMs).toString(),
    [names.jobId]: encode(record.jobId),
  };
}

/** The record that user metadata (lower-case names) carries; undefined where it is missing, incomplete or not ours. */
export function recordOfMetadata(metadata: Readonly<Record<string, string>>): SourceRecord | undefined {
  const sourceEtag = decode(metadata[names.sourceEtag]);
  const modified = metadata[names.sourceModifiedMs];
  const jobId = decode(metadata[names.jobId]);
  if (sourceEtag === undefined || jobId === undefined || modified === undefined) return undefined;
  if (!MILLISECONDS.test(modified)) return undefined;
  return { sourceEtag, sourceModifiedMs: Number(modified), jobId };
}

function encode(value: string): string {
  return PLAIN.test(value) ? value : `x-${Buffer.from(value).toString("hex")}`;
}

function decode(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded !== undefined) return Buffer.from(encoded, "hex").toString();
  return PLAIN.test(value) ? value : undefined;
}
