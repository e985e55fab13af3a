import type { Body } from "./body.ts";

/** What both emulated stores keep of an object; a protocol reads and writes the fields that it knows. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes, in the letter case of the store that made it. */
  readonly etag: string;
  /** Lower-case hex MD5 of the content, or undefined where the content was never hashed as a whole (multipart). */
  readonly md5Hex: string | undefined;
  /** CRC-64/XZ of the whole content, or undefined where the store would not know it. */
  readonly crc64: bigint | undefined;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  /** System headers by lower-case name: content-type, cache-control, content-disposition, … */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata by lower-case name, without the protocol's prefix. */
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly tags: readonly (readonly [name: string, value: string])[];
  readonly acl: string;
  /** S3's stored checksums: algorithm in lower case (`crc64nvme`, `sha256`, …) to its base64 value. */
  readonly checksums: Readonly<Record<string, string>>;
  /** The parts that a multipart upload was completed from, in order; empty for an object put in one piece. */
  readonly parts: readonly StoredPart[];
  /** Until when a restored archive object may be read; undefined: never restored. */
  readonly restoredUntilMs: number | undefined;
  readonly objectType: "Normal" | "Multipart" | "Appendable" | "Symlink";
  readonly symlinkTarget: string | undefined;
}

export interface StoredPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/** Everything of an object that is not derived from its content. */
export type ObjectFacts = Omit<StoredObject, "key" | "sizeBytes">;

/** Content that was received and may still be refused: kept aside until `commit` makes it an object. */
export interface Draft {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  readonly crc64: bigint;
  /** Forgets the content. Harmless after a commit. */
  discard(): Promise<void>;
}

/**
 * One emulated bucket's objects, whatever holds them: memory, a folder, a formula (synthetic) or nothing but facts (sink).
 * Order is that of UTF-8 bytes everywhere.
 */
export interface BucketStore {
  stat(key: string): Promise<StoredObject | undefined>;
  /** Yields the bytes from `start` up to, not including, `end`. */
  read(key: string, start: number, end: number): Body;
  /** Receives content, hashing it on the way. A body that throws leaves nothing behind. */
  draft(body: Body): Promise<Draft>;
  /** Makes one object of the drafts' contents, one behind the other; replaces what stood there. */
  commit(key: string, drafts: readonly Draft[], facts: ObjectFacts): Promise<void>;
  /** Changes facts of an object that is there (tags, ACL, restore). */
  amend(key: string, change: Partial<ObjectFacts>): Promise<void>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** At most `limit` objects whose key starts with `prefix` and is greater than `after`, in byte order. */
  list(query: { prefix: string; after: string | undefined; limit: number }): Promise<readonly StoredObject[]>;
}
