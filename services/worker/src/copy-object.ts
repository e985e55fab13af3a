import { Fault } from "@causeway/shared/domain/fault.ts";
import { mapAttributes, type MappingRule } from "@causeway/shared/domain/mapping.ts";
import type { SourceFacts, TargetAttributes } from "@causeway/shared/domain/object.ts";
import type { CopyStep } from "./batch.ts";
import { copyLarge, type LargeParts } from "./copy-large.ts";
import { copySmall, type SmallParts } from "./copy-small.ts";
import { copyStreamed, type StreamedParts } from "./copy-streamed.ts";
import { provesByParts } from "./large-plan.ts";
import type { Copied } from "./verify.ts";

/** `exists`: the target holds something by now, and the job's policy is to leave it. */
export type CopyAnswer = Copied | "exists";

export type CopyObject = (step: CopyStep) => Promise<CopyAnswer>;

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

/** What the target object gets of its source; what OSS cannot hold is a permanent fault. */
export function attributesOf(facts: SourceFacts, rule: MappingRule): TargetAttributes {
  const attributes = mapAttributes(facts, rule);
  if ("refused" in attributes) throw new Fault(attributes.refused, "permanent", { said: attributes.said });
  return attributes;
}
