/** Bytes that look random and follow from the seed. */
export function noisyBytes(sizeBytes: number, seed: number): Uint8Array {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed | 1;
  for (let at = 0; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
