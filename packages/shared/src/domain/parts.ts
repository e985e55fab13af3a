import { partsOfEtag } from "./etag.ts";
import type { SourceObject } from "./object.ts";
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

/** One part of an object as it was uploaded to the source. */
export interface SourcePart {
  readonly sizeBytes: number;
  /** How many parts the object has. */
  readonly count: number;
}

/**
 * Cuts an object where its source was cut: then the source's ETag follows from the MD5s of what is read. All uploaders in
 * use make parts of one size but for the last; undefined where the first part does not say so, or OSS takes no such parts.
 */
export function planSourceParts(
  { etag, sizeBytes }: Pick<SourceObject, "etag" | "sizeBytes">,
  { sizeBytes: partSizeBytes, count }: SourcePart,
): PartPlan | undefined {
  if (count !== partsOfEtag(etag) || count > mostParts || partSizeBytes > largestPartBytes) return undefined;
  if (count > 1 && partSizeBytes < smallestPartBytes) return undefined;
  return count === Math.ceil(sizeBytes / partSizeBytes) ? { partSizeBytes, count } : undefined;
}

/** Contiguous parts that one task copies; both ends inclusive. */
export interface PartGroup {
  readonly firstPart: number;
  readonly lastPart: number;
}

/** So many parts of one task are under way at once, of a group as of an object that is not spread. */
export const partsAtOnce = 4;

/** An object is spread over about so many tasks: tens of worker processes share it, and none waits long for the last … */
const wishedGroups = 128;
/** … unless they got too small to be worth a task, too long to be worth one, or too many to be planned in one step. */
const fewestParts = 8;
const mostGroupBytes = 1024 ** 3;
const mostGroups = 1000;

/**
 * Cuts the parts of a spread object into groups: of 1 GiB at most where 1,000 of them suffice. All of a group's connections have
 * as many parts, where they may: of ten parts over four connections the last two would leave the others idle for a third of the time.
 */
export function groupParts({ count, partSizeBytes }: PartPlan): readonly PartGroup[] {
  const wished = evenlyUp(Math.max(fewestParts, Math.ceil(count / wishedGroups)));
  const most = Math.max(1, Math.floor(mostGroupBytes / partSizeBytes));
  const short = Math.min(wished, most < partsAtOnce ? most : most - (most % partsAtOnce));
  const fewest = Math.ceil(count / mostGroups);
  const partsPerGroup = fewest <= short ? short : evenlyUp(fewest);
  return Array.from({ length: Math.ceil(count / partsPerGroup) }, (_, at) => ({
    firstPart: at * partsPerGroup + 1,
    lastPart: Math.min((at + 1) * partsPerGroup, count),
  }));
}

function evenlyUp(parts: number): number {
  return Math.ceil(parts / partsAtOnce) * partsAtOnce;
}

/** About what one worker carries; and the longest that a part waits for trouble to pass. */
const patientBytesPerMs = 100_000;
const longestPatienceMs = 1_800_000;

/**
 * How long a part of an object of this size is tried again while a store fails: about as long as sending all the others again
 * would take, half an hour at most. A moment's trouble must not cost hours of copying.
 */
export function partPatienceMs(sizeBytes: number): number {
  return Math.min(Math.ceil(sizeBytes / patientBytesPerMs), longestPatienceMs);
}

/** Where the `partNumber`th part lies. */
export function partRange(
  { partSizeBytes }: Pick<PartPlan, "partSizeBytes">,
  sizeBytes: number,
  partNumber: number,
): PartRange {
  const first = (partNumber - 1) * partSizeBytes;
  return { partNumber, first, last: Math.min(first + partSizeBytes, sizeBytes) - 1 };
}
