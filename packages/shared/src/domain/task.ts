import { z } from "zod";
import type { FaultCode } from "./fault-codes.ts";
import type { SourceObject } from "./object.ts";

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

/** What a task has to do. */
export interface CopyBatch {
  readonly kind: "copy-batch";
  readonly objects: readonly SourceObject[];
}
export type Manifest = CopyBatch;

/** A task as the planner makes it. `taskId`: 128 random bits as 32 hex digits, never a counter. */
export interface PlannedTask {
  readonly taskId: string;
  readonly manifest: Manifest;
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

/** The bytes of a manifest's objects. */
export function manifestBytes(manifest: Manifest): number {
  return manifest.objects.reduce((sum, object) => sum + object.sizeBytes, 0);
}
