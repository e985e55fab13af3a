/** An object as a listing of the source shows it. Keys are text; their order is that of UTF-8 bytes (`key-order.ts`). */
export interface SourceObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** As the source sends it, without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** S3's name: `STANDARD`, `GLACIER`, … */
  readonly storageClass: string;
}

/** System headers that a copy carries over, by their lower-case names. */
export const carriedHeaders = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
] as const;
export type CarriedHeader = (typeof carriedHeaders)[number];

/** What HEAD or GET tells about a source object beyond the listing. */
export interface SourceFacts extends SourceObject {
  readonly headers: Readonly<Partial<Record<CarriedHeader, string>>>;
  /** By lower-case name, without `x-amz-meta-`. */
  readonly userMetadata: Readonly<Record<string, string>>;
  /** Stored checksums of the whole object by algorithm, base64: `crc64nvme`, `crc32c`, `crc32`, `sha256`, `sha1`. */
  readonly checksums: Readonly<Record<string, string>>;
  /**
   * How the source encrypts it (`AES256`, `aws:kms`, `aws:kms:dsse`, `customer-key`); undefined: it does not say. Under all but
   * `AES256` an ETag is no MD5.
   */
  readonly encryption?: string | undefined;
}

/** What the target holds under a key, as far as one of its answers tells. */
export interface TargetObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** CRC-64/XZ; undefined where OSS keeps none (some copies). */
  readonly crc64: bigint | undefined;
  /** What a job of ours wrote beside the object; undefined: nothing recorded, or only listed. */
  readonly recorded: SourceRecord | undefined;
}

/** What a written object carries of its source, as user metadata (`recordSource`). */
export interface SourceRecord {
  readonly sourceEtag: string;
  readonly sourceModifiedMs: number;
  readonly jobId: string;
}

/** What a PUT or the beginning of an upload sets on the target object. */
export interface TargetAttributes {
  readonly headers: Readonly<Partial<Record<CarriedHeader, string>>>;
  readonly userMetadata: Readonly<Record<string, string>>;
  /** OSS' name: `Standard`, `IA`, `Archive`, `ColdArchive`, `DeepColdArchive`. */
  readonly storageClass: string;
  readonly serverSideEncryption:
    | { readonly algorithm: "AES256" | "KMS"; readonly kmsKeyId?: string | undefined }
    | undefined;
}

/** What OSS says it stored. */
export interface Stored {
  readonly etag: string;
  readonly crc64: bigint | undefined;
}
