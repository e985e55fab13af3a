import { createHash } from "node:crypto";

import type { Sizes, SyntheticConfig } from "./bucket-config.ts";
import { crc64Combine, crc64Of } from "./crc64/crc64.ts";
import { mix, noiseBetween } from "./synthetic-noise.ts";

/** One body that many objects share: its size, where it enters the noise, and its hashes. */
export interface SyntheticBody {
  readonly sizeBytes: number;
  readonly phase: number;
  readonly etag: string;
  /** Undefined for bodies too large to be hashed while somebody waits; S3 shows such an object as a multipart one. */
  readonly md5Hex: string | undefined;
  readonly crc64: bigint;
  readonly lastModifiedMs: number;
}

const HASHED_BYTES = 64 * 1024 ** 2;
const QUANTILES = 48;
const FIRST_MODIFIED_MS = Date.UTC(2024, 0, 1);

/** Gives every position its body. Bodies are few, so a listing of millions hashes each of them once. */
export function createSyntheticContent(config: SyntheticConfig): (position: number) => SyntheticBody {
  const sizes = drawTable(config.sizes);
  const bodies = new Map<number, SyntheticBody>();
  return (position) => {
    const drawn = mix(config.seed + 1, position);
    const sizeBytes = sizes[drawn % sizes.length] ?? 0;
    const variant = mix(config.seed + 2, position) % variantsOf(sizeBytes);
    const id = (drawn % sizes.length) * 64 + variant;
    const known = bodies.get(id);
    if (known !== undefined) return known;
    const body = makeBody(config.seed, sizeBytes, mix(config.seed + 3, sizeBytes * 64 + variant));
    bodies.set(id, body);
    return body;
  };
}

/** Fewer different bodies where hashing them takes longer. */
function variantsOf(sizeBytes: number): number {
  if (sizeBytes <= 64 * 1024) return 64;
  return sizeBytes <= 1024 ** 2 ? 8 : 2;
}

/** Sizes to draw from with equal chance. */
function drawTable(sizes: Sizes): readonly number[] {
  switch (sizes.distribution) {
    case "fixed":
      return [sizes.bytes];
    case "mixed": {
      const total = sizes.classes.reduce((sum, { weight }) => sum + weight, 0);
      return sizes.classes.flatMap(({ bytes, weight }) =>
        Array.from({ length: Math.max(1, Math.round((weight / total) * 1000)) }, () => bytes),
      );
    }
    case "lognormal":
      return Array.from({ length: QUANTILES }, (_, at) =>
        Math.min(
          sizes.maxBytes,
          Math.round(sizes.medianBytes * Math.exp(sizes.sigma * normalQuantile((at + 0.5) / QUANTILES))),
        ),
      );
    default:
      return sizes satisfies never;
  }
}

/** The inverse of the normal distribution to within 0.5 %: a logistic curve is close enough for drawing sizes. */
function normalQuantile(share: number): number {
  return Math.log(share / (1 - share)) / 1.702;
}

function makeBody(seed: number, sizeBytes: number, phase: number): SyntheticBody {
  const lastModifiedMs = FIRST_MODIFIED_MS + (phase % 31_536_000) * 1000;
  const crc64 = crcOf(seed, phase, sizeBytes);
  if (sizeBytes > HASHED_BYTES) {
    const parts = Math.ceil(sizeBytes / HASHED_BYTES);
    const opaque = createHash("md5").update(`${seed} ${phase} ${sizeBytes}`).digest("hex");
    return { sizeBytes, phase, etag: `${opaque}-${parts}`, md5Hex: undefined, crc64, lastModifiedMs };
  }
  const md5 = createHash("md5");
  for (const chunk of noiseBetween(seed, phase, { start: 0, end: sizeBytes })) md5.update(chunk);
  const md5Hex = md5.digest("hex");
  return { sizeBytes, phase, etag: md5Hex, md5Hex, crc64, lastModifiedMs };
}

/** Combines the CRCs of the noise's repetitions, so that a body of many GiB costs no more than a small one. */
function crcOf(seed: number, phase: number, sizeBytes: number): bigint {
  const [first, whole] = noiseBetween(seed, phase, { start: 0, end: Math.min(sizeBytes, 3 * 1024 ** 2) });
  if (first === undefined) return 0n;
  let crc = crc64Of(first);
  const rest = sizeBytes - first.length;
  if (whole === undefined) return crc;
  const wholes = Math.floor(rest / whole.length);
  if (wholes > 0) crc = crc64Combine(crc, repeated(crc64Of(whole), whole.length, wholes), wholes * whole.length);
  const tailBytes = rest - wholes * whole.length;
  return tailBytes === 0 ? crc : crc64Combine(crc, crc64Of(whole.subarray(0, tailBytes)), tailBytes);
}

/** CRC of `times` copies of a piece, by doubling. */
function repeated(crc: bigint, pieceBytes: number, times: number): bigint {
  if (times === 1) return crc;
  const half = repeated(crc, pieceBytes, Math.floor(times / 2));
  const doubled = crc64Combine(half, half, Math.floor(times / 2) * pieceBytes);
  return times % 2 === 0 ? doubled : crc64Combine(doubled, crc, pieceBytes);
}
