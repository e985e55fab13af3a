/** A budget of one kind: grows with time, is spent in slices. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Takes up to `wanted` tokens out of a bucket that grows by `perSecond` and holds at most one second's worth. Answers the
 * bucket after it and what was taken. A new bucket starts with a tenth of a second's worth, so that starting is no burst.
 */
export function take(
  bucket: Bucket | undefined,
  wanted: number,
  perSecond: number,
  nowMs: number,
): { readonly bucket: Bucket; readonly taken: number } {
  const grown =
    bucket === undefined
      ? perSecond / 10
      : Math.min(perSecond, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
  const taken = Math.min(wanted, Math.floor(grown));
  return { bucket: { tokens: grown - taken, atMs: nowMs }, taken };
}
