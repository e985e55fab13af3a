/**
 * Memory for small bodies and pages of listings, filled again and again. A buffer of its own for each body lives until V8
 * collects it, and what lives outside of V8's heap makes it collect more often: a fifth of what a small object costs.
 */
const SMALLEST_BYTES = 4 * 1024;
/** A page of keys of the usual length takes 230 to 320 KB. */
const LARGEST_BYTES = 512 * 1024;
/** What is kept for the next ones in each of the twenty-four sizes. */
const KEPT_BYTES = 1024 ** 2;

const free = new Map<number, ArrayBuffer[]>();
const lent = new WeakSet<ArrayBufferLike>();

/** A buffer of this size with anything in it. */
export function lendBody(sizeBytes: number): Buffer {
  if (sizeBytes > LARGEST_BYTES) return Buffer.allocUnsafe(sizeBytes);
  const capacityBytes = capacityOf(sizeBytes);
  const memory = free.get(capacityBytes)?.pop() ?? new ArrayBuffer(capacityBytes);
  lent.add(memory);
  return Buffer.from(memory, 0, sizeBytes);
}

/**
 * Takes the memory back. Whoever calls it must be the only one who still has the buffer; what `lendBody` did not give, or
 * has back already, is left alone.
 */
export function giveBackBody({ buffer }: Buffer): void {
  if (!lent.delete(buffer) || !(buffer instanceof ArrayBuffer)) return;
  const kept = free.get(buffer.byteLength) ?? [];
  if (kept.length * buffer.byteLength < KEPT_BYTES) kept.push(buffer);
  free.set(buffer.byteLength, kept);
}

/** In steps of an eighth to a quarter of the size: the budget for bodies counts their bytes, so little may come on top. */
function capacityOf(sizeBytes: number): number {
  const stepBytes = Math.max(SMALLEST_BYTES, 2 ** (29 - Math.clz32(sizeBytes)));
  return Math.max(1, Math.ceil(sizeBytes / stepBytes)) * stepBytes;
}
