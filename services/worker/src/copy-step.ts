import type { SourceObject, Stored } from "@causeway/shared/domain/object.ts";
import type { SourceProof } from "@causeway/shared/domain/outcome.ts";
import type { JobWork } from "./job-work.ts";

/** One try of one object's copy. */
export interface CopyStep {
  /** The version that is copied, which may be newer than the listed one. */
  readonly object: SourceObject;
  readonly targetKey: string;
  readonly work: JobWork;
  /** From 1. */
  readonly attempt: number;
  readonly ifThere: "replace" | "forbid";
  /** Told of each attempt of a step of its own, from 1: of a part, or of the completion. */
  tried(attempt: number): void;
  readonly signal: AbortSignal;
}

/** What a copy knows of what it sent and of what OSS says it stored. */
export interface Copied {
  readonly sizeBytes: number;
  readonly sourceEtag: string;
  /** CRC-64/XZ of the bytes sent. */
  readonly crc64: bigint;
  readonly stored: Stored;
  readonly proof: SourceProof;
}

/** `exists`: the target holds something by now, and the job's policy is to leave it. */
export type CopyAnswer = Copied | "exists";

export type CopyObject = (step: CopyStep) => Promise<CopyAnswer>;
