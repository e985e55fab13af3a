import { createCRC64 } from "hash-wasm";

/** The polynomials in reflected notation. XZ is what OSS sends as `x-oss-hash-crc64ecma`; NVME is S3's `crc64nvme`. */
const POLYNOMIALS = { xz: "c96c5795d7870f42", nvme: "9a6c9329ac4bc9b5" } as const;

export type Crc64Kind = keyof typeof POLYNOMIALS;

/** Hashes content that arrives in pieces. `finish` may be called once. */
export interface Crc64 {
  update(chunk: Buffer): void;
  finish(): bigint;
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
  const polynomial = BigInt(`0x${POLYNOMIALS[kind]}`);
  const powers = powersOf(kind, polynomial);
  let shifted = first;
  for (let rest = BigInt(secondBytes) * 8n, bit = 0; rest > 0n; rest >>= 1n, bit += 1) {
    if ((rest & 1n) === 1n) shifted = multiply(powers[bit] ?? 0n, shifted, polynomial);
  }
  return shifted ^ second;
}

const powerTables = new Map<Crc64Kind, readonly bigint[]>();

/** x^(2^n) modulo the polynomial, for n up to 63; in reflected notation bit 63 is x^0. */
function powersOf(kind: Crc64Kind, polynomial: bigint): readonly bigint[] {
  const known = powerTables.get(kind);
  if (known !== undefined) return known;
  const table = [1n << 62n];
  for (let power = 1; power < 64; power += 1) {
    const previous = table[power - 1] ?? 0n;
    table.push(multiply(previous, previous, polynomial));
  }
  powerTables.set(kind, table);
  return table;
}

function multiply(left: bigint, right: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let shifting = right;
  for (let mask = 1n << 63n; mask > 0n; mask >>= 1n) {
    if ((left & mask) !== 0n) product ^= shifting;
    shifting = (shifting & 1n) === 1n ? (shifting >> 1n) ^ polynomial : shifting >> 1n;
  }
  return product;
}
