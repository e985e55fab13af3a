import { createCRC64 } from "hash-wasm";
import { crcCombine } from "./crc-combine.ts";

/** The polynomials in reflected notation. XZ is what OSS sends as `x-oss-hash-crc64ecma`; NVME is S3's `crc64nvme`. */
const POLYNOMIALS = { xz: "c96c5795d7870f42", nvme: "9a6c9329ac4bc9b5" } as const;

export type Crc64Kind = keyof typeof POLYNOMIALS;

/** Hashes content that arrives in pieces. `finish` may be called once. */
export interface Crc64 {
  readonly update: (chunk: Buffer) => void;
  readonly finish: () => bigint;
}

type Hasher = Awaited<ReturnType<typeof createCRC64>>;

const idle: Record<Crc64Kind, Hasher[]> = {
  xz: [await createCRC64(POLYNOMIALS.xz)],
  nvme: [await createCRC64(POLYNOMIALS.nvme)],
};
const single: Record<Crc64Kind, Hasher> = {
  xz: await createCRC64(POLYNOMIALS.xz),
  nvme: await createCRC64(POLYNOMIALS.nvme),
};

/**
 * CRC-64 of content that is whole in memory. The code is npm `hash-wasm`'s on purpose: what examines the product must
 * not share its arithmetic.
 */
export function crc64Of(content: Buffer, kind: Crc64Kind = "xz"): bigint {
  const hasher = single[kind];
  hasher.init();
  hasher.update(content);
  return BigInt(`0x${hasher.digest()}`);
}

/** A hash for one stream; the hashers are reused, because each has a WebAssembly memory of its own. */
export async function createCrc64(kind: Crc64Kind = "xz"): Promise<Crc64> {
  const hasher = idle[kind].pop() ?? (await createCRC64(POLYNOMIALS[kind]));
  hasher.init();
  return {
    update: (chunk) => {
      hasher.update(chunk);
    },
    finish: () => {
      const value = BigInt(`0x${hasher.digest()}`);
      idle[kind].push(hasher);
      return value;
    },
  };
}

/** CRC-64 of two pieces one behind the other, from the CRC of each and the length of the second in bytes. */
export function crc64Combine(first: bigint, second: bigint, secondBytes: number, kind: Crc64Kind = "xz"): bigint {
  return crcCombine({ first, second, secondBytes }, { polynomial: BigInt(`0x${POLYNOMIALS[kind]}`), bits: 64 });
}
