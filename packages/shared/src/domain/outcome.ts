import type { FaultCode } from "./fault-codes.ts";

/**
 * What proves that the bytes read are the bytes that the source stores; `none` where the source stores no proof. `multipart-md5`:
 * the ETag of an object in parts, made of its parts' MD5s.
 */
export type SourceProof = "md5" | "multipart-md5" | "crc64nvme" | "crc32c" | "crc32" | "sha256" | "sha1" | "none";

export type SkipReason = "already-there" | "not-newer" | "exists";

interface OutcomeBase {
  /** The object's place in its task's manifest, from 0. */
  readonly index: number;
  /** The source's key. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly sourceEtag: string;
  /**
   * Tries of this object within the run that settled it. One that goes in parts has those of the part (or of the completion)
   * that needed the most in its last upload, and one for each try of the whole before that.
   */
  readonly attempts: number;
  readonly atMs: number;
}

/** What became of one object, for the record. */
export type Outcome =
  | (OutcomeBase & {
      readonly state: "copied";
      readonly targetKey: string;
      readonly targetEtag: string;
      /** CRC-64/XZ of the bytes sent, as decimal text, equal to what OSS stored. */
      readonly crc64: string;
      readonly proof: SourceProof;
    })
  | (OutcomeBase & { readonly state: "skipped"; readonly targetKey: string; readonly because: SkipReason })
  | (OutcomeBase & { readonly state: "failed"; readonly code: FaultCode; readonly message: string });

/** Sums of outcomes. */
export interface Tally {
  readonly copiedObjects: number;
  readonly copiedBytes: number;
  readonly skippedObjects: number;
  readonly skippedBytes: number;
  readonly failedObjects: number;
}

export const emptyTally: Tally = {
  copiedObjects: 0,
  copiedBytes: 0,
  skippedObjects: 0,
  skippedBytes: 0,
  failedObjects: 0,
};

/** Adds one outcome to the sums. */
export function tallied(tally: Tally, outcome: Outcome): Tally {
  switch (outcome.state) {
    case "copied":
      return {
        ...tally,
        copiedObjects: tally.copiedObjects + 1,
        copiedBytes: tally.copiedBytes + outcome.sizeBytes,
      };
    case "skipped":
      return {
        ...tally,
        skippedObjects: tally.skippedObjects + 1,
        skippedBytes: tally.skippedBytes + outcome.sizeBytes,
      };
    case "failed":
      return { ...tally, failedObjects: tally.failedObjects + 1 };
    default:
      return outcome satisfies never;
  }
}
