import type { JobCounts } from "../../../domain/job.ts";
import type { Tally } from "../../../domain/outcome.ts";

const bucketMs = 10_000;
const bucketCount = 6;

/** Objects and bytes per ten seconds, by the bucket's number since 1970. */
export type Rates = Map<number, { readonly objects: number; readonly bytes: number }>;

export function emptyRates(): Rates {
  return new Map();
}

/** Adds what was just counted and forgets what is older than a minute. */
export function noteRate(rates: Rates, tally: Tally, nowMs: number): void {
  const bucket = Math.floor(nowMs / bucketMs);
  const before = rates.get(bucket) ?? { objects: 0, bytes: 0 };
  rates.set(bucket, {
    objects: before.objects + tally.copiedObjects + tally.skippedObjects + tally.failedObjects,
    bytes: before.bytes + tally.copiedBytes + tally.skippedBytes,
  });
  for (const old of rates.keys()) if (old <= bucket - bucketCount) rates.delete(old);
}

export function recentOf(rates: Rates, createdAtMs: number, nowMs: number): JobCounts["recent"] {
  const first = Math.floor(nowMs / bucketMs) - bucketCount + 1;
  let objects = 0;
  let bytes = 0;
  for (const [bucket, sums] of rates) {
    if (bucket < first) continue;
    objects += sums.objects;
    bytes += sums.bytes;
  }
  const overMs = Math.max(1000, nowMs - Math.max(first * bucketMs, createdAtMs));
  return { objects, bytes, overMs };
}
