import { z } from "zod";
import type { FaultCode } from "./fault-codes.ts";
import type { SourceObject } from "./object.ts";
import { partRange } from "./parts.ts";
import type { ProofPlan } from "./proof.ts";

/** What travels on the `copy` queue: a pointer into the ledger. A new shape gets a new version. */
export const taskPointerSchema = z.strictObject({
  version: z.literal(1),
  jobId: z.string().min(1),
  taskId: z.string().length(32),
  run: z.number().int().positive(),
});
export type TaskPointer = Readonly<z.infer<typeof taskPointerSchema>>;

/** A task held by a worker: this start of this run. Both fence out holders that were given up. */
export interface HeldTask {
  readonly jobId: string;
  readonly taskId: string;
  readonly run: number;
  /** Counted by `take`; a redelivery of the same run has a higher start. */
  readonly start: number;
}

/**
 * Objects to copy. A single one from the job's `spreadThreshold` on is spread over the fleet: such a task begins its upload,
 * waits while others copy the parts, and comes back as `complete-upload`; it alone counts the object.
 */
export interface CopyBatch {
  readonly kind: "copy-batch";
  readonly objects: readonly SourceObject[];
  /** Of a spread object: how many generations of it have ended without a copy. */
  readonly restarts?: number;
}

/** One generation of a spread object: one version of it, on its way in one multipart upload. */
export interface SpreadCopy {
  /** The object's own task. */
  readonly objectTaskId: string;
  /** The version that is copied; the manifest's object is the listed one. */
  readonly version: SourceObject;
  readonly targetKey: string;
  readonly uploadId: string;
  readonly partSizeBytes: number;
  /** What the source stores of the whole version that follows from its parts. */
  readonly proof: ProofPlan;
  readonly restarts: number;
}

/** A group of contiguous parts, both ends inclusive, from 1. */
export interface CopyParts {
  readonly kind: "copy-parts";
  /** One object: the listed one. */
  readonly objects: readonly SourceObject[];
  readonly spread: SpreadCopy;
  readonly firstPart: number;
  readonly lastPart: number;
}

/** All parts are at the target: complete the upload. */
export interface CompleteUpload {
  readonly kind: "complete-upload";
  /** One object: the listed one. */
  readonly objects: readonly SourceObject[];
  readonly spread: SpreadCopy;
}

/** What a task has to do. */
export type Manifest = CopyBatch | CopyParts | CompleteUpload;

/** How many generations of a task's spread object ended without a copy before this one; 0 for any other task. */
export function restartsOf(manifest: Manifest): number {
  const { restarts = 0 } = manifest.kind === "copy-batch" ? manifest : manifest.spread;
  return restarts;
}

/** A task as the planner makes it. `taskId`: 128 random bits as 32 hex digits, never a counter. */
export interface PlannedTask {
  readonly taskId: string;
  readonly manifest: CopyBatch;
}

/** The failed objects of one task under one code: already a manifest for `retry`, under the id that it will have. */
export interface FailedBatch {
  readonly code: FaultCode;
  readonly retryTaskId: string;
  readonly objects: readonly FailedObject[];
}

export interface FailedObject extends SourceObject {
  readonly message: string;
  readonly attempts: number;
  readonly atMs: number;
}

/** What settling looks at again: an object that a task wrote which ran more than once. */
export interface WrittenObject {
  readonly source: SourceObject;
  readonly targetKey: string;
  readonly crc64: string;
}

/** The bytes that a task has to do with: those of its objects, or of its parts. */
export function manifestBytes(manifest: Manifest): number {
  if (manifest.kind !== "copy-parts") return manifest.objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  const { spread, firstPart, lastPart } = manifest;
  const { sizeBytes } = spread.version;
  return partRange(spread, sizeBytes, lastPart).last - partRange(spread, sizeBytes, firstPart).first + 1;
}

/** How many objects a task settles: a group of parts settles none, the object's own task does. */
export function manifestObjects(manifest: Manifest): number {
  return manifest.kind === "copy-parts" ? 0 : manifest.objects.length;
}
