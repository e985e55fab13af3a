import type { OpenJobSpec } from "../job-spec.ts";
import type { SourceObject } from "../object.ts";
import { planParts } from "../parts.ts";

/** What of the source was seen before the job. */
export interface SourceSample {
  readonly objects: readonly SourceObject[];
  /** Whether these are all there are. */
  readonly whole: boolean;
}

/** How much there is to copy, and how we know. */
export interface Expected {
  readonly objects: number;
  readonly bytes: number;
  /** `counted`: the listing ended. `given`: a person said so. `at-least`: only what was seen. */
  readonly basis: "counted" | "given" | "at-least";
}

/** What a person says about the whole; either may be missing, and then follows from the sample's mean size. */
export interface Given {
  readonly objects?: number | undefined;
  readonly bytes?: number | undefined;
}

/** Works out how much there is: what a person said goes before what was seen. */
export function expectedOf(sample: SourceSample, given: Given): Expected {
  const seenBytes = sample.objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const seen = sample.objects.length;
  const meanBytes = seen === 0 ? 0 : seenBytes / seen;
  const { objects, bytes } = given;
  if (objects !== undefined) return { objects, bytes: bytes ?? Math.round(objects * meanBytes), basis: "given" };
  if (bytes !== undefined) {
    return { objects: meanBytes === 0 ? seen : Math.max(seen, Math.round(bytes / meanBytes)), bytes, basis: "given" };
  }
  return { objects: seen, bytes: seenBytes, basis: sample.whole ? "counted" : "at-least" };
}

/** How many requests an object takes on each side, on average over the sample. */
export interface RequestsPerObject {
  readonly reads: number;
  readonly writes: number;
}

export function requestsPerObject(sample: SourceSample, expected: Expected, spec: OpenJobSpec): RequestsPerObject {
  const sizes =
    sample.objects.length > 0
      ? sample.objects.map(({ sizeBytes }) => sizeBytes)
      : [expected.objects === 0 ? 0 : expected.bytes / expected.objects];
  let [reads, writes] = [0, 0];
  for (const sizeBytes of sizes) {
    const parts = partsOf(sizeBytes, spec);
    // In parts: a HEAD, begin and complete come along.
    reads += parts === 1 ? 1 : parts + 1;
    writes += parts === 1 ? 1 : parts + 2;
  }
  return { reads: reads / sizes.length, writes: writes / sizes.length };
}

function partsOf(sizeBytes: number, { largeObjects }: OpenJobSpec): number {
  if (sizeBytes < largeObjects.multipartThreshold) return 1;
  const plan = planParts(sizeBytes, largeObjects.partSize);
  return "refused" in plan ? 1 : plan.count;
}
