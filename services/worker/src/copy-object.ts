import { copyLarge, type LargeParts } from "./copy-large.ts";
import { copySmall, type SmallParts } from "./copy-small.ts";
import type { CopyObject } from "./copy-step.ts";
import { copyStreamed, type StreamedParts } from "./copy-streamed.ts";
import { provesByParts } from "./large-plan.ts";

export interface CopyParts extends SmallParts, StreamedParts, LargeParts {
  /** Bodies up to here go by way of memory. */
  readonly bufferBytes: number;
}

/** Copies one version of an object by the way that suits its size: through memory, streamed, or in parts. */
export function createCopyObject(parts: CopyParts): CopyObject {
  return (step) => {
    const { sizeBytes } = step.object;
    const goesInParts = sizeBytes >= step.work.spec.largeObjects.multipartThreshold || provesByParts(step);
    if (goesInParts) return copyLarge(step, parts);
    return sizeBytes <= parts.bufferBytes ? copySmall(step, parts) : copyStreamed(step, parts);
  };
}
