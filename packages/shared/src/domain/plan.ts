import type { SourceObject } from "./object.ts";
import type { PlannedTask } from "./task.ts";

/** When a task is full, whichever comes first. A single object above the size makes a task of its own. */
export interface BatchLimits {
  readonly objectCountLimit: number;
  /** Bytes. */
  readonly objectSizeLimit: number;
  /** From this size on an object is a task of its own: it is spread over the fleet. */
  readonly spreadThreshold?: number;
}

/** Objects that were listed and do not fill a task yet, in key order. */
export interface OpenBatch {
  readonly objects: readonly SourceObject[];
  readonly bytes: number;
}

export const emptyBatch: OpenBatch = { objects: [], bytes: 0 };

export interface Batched {
  readonly full: readonly (readonly SourceObject[])[];
  /** What is left over, to be filled by the next page. */
  readonly open: OpenBatch;
}

/** Adds a page to the open batch and answers the batches that are full now. Order is kept, nothing is dropped. */
export function addPage(open: OpenBatch, page: readonly SourceObject[], limits: BatchLimits): Batched {
  const full: (readonly SourceObject[])[] = [];
  let objects = [...open.objects];
  let { bytes } = open;
  const close = (): void => {
    if (objects.length === 0) return;
    full.push(objects);
    objects = [];
    bytes = 0;
  };
  for (const object of page) {
    const isSpread = object.sizeBytes >= (limits.spreadThreshold ?? Number.POSITIVE_INFINITY);
    if (isSpread || bytes + object.sizeBytes > limits.objectSizeLimit) close();
    objects.push(object);
    bytes += object.sizeBytes;
    if (isSpread || objects.length >= limits.objectCountLimit || bytes >= limits.objectSizeLimit) close();
  }
  return { full, open: { objects, bytes } };
}

/** Makes a task of a batch; `newTaskId` gives 128 random bits as 32 hex digits. */
export function taskOf(objects: readonly SourceObject[], newTaskId: () => string): PlannedTask {
  return { taskId: newTaskId(), manifest: { kind: "copy-batch", objects } };
}
