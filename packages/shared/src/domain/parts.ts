import type { Refusal } from "./refusal.ts";

/** OSS' limits: https://www.alibabacloud.com/help/en/oss/user-guide/multipart-upload */
const mostParts = 10_000;
const smallestPartBytes = 102_400;
const largestPartBytes = 5 * 1024 ** 3;
/** Parts grow in whole mebibytes beyond what the job asks for. */
const growthBytes = 1024 ** 2;

export interface PartPlan {
  readonly partSizeBytes: number;
  readonly count: number;
}

export interface PartRange {
  /** From 1. */
  readonly partNumber: number;
  /** Both ends inclusive. */
  readonly first: number;
  readonly last: number;
}

/**
 * Cuts an object into parts: of the wished size where 10,000 of them suffice, else of the smallest that does. With parts of
 * 5 GB that is 48.8 TB, the largest object of OSS.
 */
export function planParts(sizeBytes: number, wishedPartBytes: number): PartPlan | Refusal {
  const wished = Math.min(Math.max(wishedPartBytes, smallestPartBytes), largestPartBytes);
  const needed = Math.ceil(sizeBytes / mostParts);
  const partSizeBytes = needed <= wished ? wished : Math.ceil(needed / growthBytes) * growthBytes;
  if (partSizeBytes > largestPartBytes) {
    return { refused: "OBJECT_TOO_LARGE", said: `${sizeBytes} bytes are more than ${mostParts} parts of 5 GB` };
  }
  return { partSizeBytes, count: Math.max(1, Math.ceil(sizeBytes / partSizeBytes)) };
}

/** Where the `partNumber`th part lies. */
export function partRange(plan: PartPlan, sizeBytes: number, partNumber: number): PartRange {
  const first = (partNumber - 1) * plan.partSizeBytes;
  return { partNumber, first, last: Math.min(first + plan.partSizeBytes, sizeBytes) - 1 };
}
