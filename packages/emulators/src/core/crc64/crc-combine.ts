/** A CRC in reflected notation whose start and end values are all ones, as all that S3 and OSS use are. */
export interface CrcFamily {
  readonly polynomial: bigint;
  readonly bits: 32 | 64;
}

export interface CrcPieces {
  readonly first: bigint;
  readonly second: bigint;
  readonly secondBytes: number;
}

/** CRC of two pieces one behind the other: the first is carried over the second's zeros, and the second added. */
export function crcCombine({ first, second, secondBytes }: CrcPieces, family: CrcFamily): bigint {
  const powers = powersOf(family);
  let shifted = first;
  for (let rest = BigInt(secondBytes) * 8n, bit = 0; rest > 0n; rest >>= 1n, bit += 1) {
    if ((rest & 1n) === 1n) shifted = multiply(powers[bit] ?? 0n, shifted, family);
  }
  return shifted ^ second;
}

const powerTables = new Map<bigint, readonly bigint[]>();

/** x^(2^n) modulo the polynomial, for n up to 63; in reflected notation the highest bit is x^0. */
function powersOf(family: CrcFamily): readonly bigint[] {
  const known = powerTables.get(family.polynomial);
  if (known !== undefined) return known;
  const table = [1n << BigInt(family.bits - 2)];
  for (let power = 1; power < 64; power += 1) {
    const previous = table[power - 1] ?? 0n;
    table.push(multiply(previous, previous, family));
  }
  powerTables.set(family.polynomial, table);
  return table;
}

function multiply(left: bigint, right: bigint, { polynomial, bits }: CrcFamily): bigint {
  let product = 0n;
  let shifting = right;
  for (let mask = 1n << BigInt(bits - 1); mask > 0n; mask >>= 1n) {
    if ((left & mask) !== 0n) product ^= shifting;
    shifting = (shifting & 1n) === 1n ? (shifting >> 1n) ^ polynomial : shifting >> 1n;
  }
  return product;
}
