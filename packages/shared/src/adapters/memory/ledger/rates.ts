import { type History, withSpan } from "../../../domain/history.ts";
import type { JobFigures } from "../../../domain/job.ts";
import type { Tally } from "../../../domain/outcome.ts";

/** How long a bucket lasts, ms. */
export const bucketMs = 10_000;
const bucketCount = 6;

/** What was settled lately, by ten seconds, and what was before. */
export interface Rates {
  /** By the bucket's number since 1970. */
  readonly buckets: Map<number, { readonly objects: number; readonly bytes: number }>;
  history: History;
}

export function emptyRates(): Rates {
  return { buckets: new Map(), history: [] };
}

/** Adds what was just counted; what is older than a minute becomes history. */
export function noteRate(rates: Rates, tally: Tally, nowMs: number): void {
  const { buckets } = rates;
  const bucket = Math.floor(nowMs / bucketMs);
  const before = buckets.get(bucket);
  const { objects, bytes } = before ?? { objects: 0, bytes: 0 };
  buckets.set(bucket, {
    objects: objects + tally.copiedObjects + tally.skippedObjects + tally.failedObjects,
    bytes: bytes + tally.copiedBytes + tally.skippedBytes,
  });
  if (before !== undefined) return;
  for (const [old, sums] of [...buckets].sort(byNumber)) {
    if (old > bucket - bucketCount) continue;
    buckets.delete(old);
    rates.history = withSpan(rates.history, { fromMs: old * bucketMs, ...sums });
  }
}

export function recentOf({ buckets }: Rates, createdAtMs: number, nowMs: number): JobFigures["recent"] {
  const first = Math.floor(nowMs / bucketMs) - bucketCount + 1;
  let objects = 0;
  let bytes = 0;
  for (const [bucket, sums] of buckets) {
    if (bucket < first) continue;
    objects += sums.objects;
    bytes += sums.bytes;
  }
  const overMs = Math.max(1000, nowMs - Math.max(first * bucketMs, createdAtMs));
  return { objects, bytes, overMs };
}

/** The older bucket first. */
export function byNumber([one]: readonly [number, unknown], [other]: readonly [number, unknown]): number {
  return one - other;
}
