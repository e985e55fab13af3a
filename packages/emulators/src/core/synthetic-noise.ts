/** A well-spread 32-bit number from a seed and a position below 2^53 (the finaliser of MurmurHash3). */
export function mix(seed: number, position: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(position | 0, 0xc2b2ae35);
  hash = Math.imul(hash ^ Math.floor(position / 2 ** 32) ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A prime just under 1 MiB: no part size is a multiple of it, so no two parts of an object hold the same bytes. */
const NOISE_BYTES = 1_048_573;

const noises = new Map<number, Buffer>();

function noiseOf(seed: number): Buffer {
  const known = noises.get(seed);
  if (known !== undefined) return known;
  const noise = Buffer.alloc(NOISE_BYTES + 3);
  for (let at = 0; at < NOISE_BYTES; at += 4) noise.writeUInt32LE(mix(seed, at), at);
  const exact = noise.subarray(0, NOISE_BYTES);
  noises.set(seed, exact);
  return exact;
}

/** The bytes from `start` to `end` of an endless content: noise, entered at `phase` and repeated. Copies nothing. */
export function* noiseBetween(seed: number, phase: number, range: { start: number; end: number }): Generator<Buffer> {
  const noise = noiseOf(seed);
  for (let at = range.start; at < range.end;) {
    const from = (phase + at) % NOISE_BYTES;
    const to = Math.min(NOISE_BYTES, from + range.end - at);
    yield noise.subarray(from, to);
    at += to - from;
  }
}
