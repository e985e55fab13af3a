/** A CRC-64/XZ of bytes that arrive in pieces. */
export interface RunningCrc64 {
  update(bytes: Uint8Array): void;
  /** The CRC of all bytes so far; more may follow. */
  value(): bigint;
}

/** CRC-64/XZ, the checksum that OSS keeps of every object: how a copy is proven without reading it again. */
export interface Checksums {
  /** Of `bytes`, or of everything so far where `previous` is the CRC of what came before. */
  readonly crc64: (bytes: Uint8Array, previous?: bigint) => bigint;
  readonly createCrc64: () => RunningCrc64;
  /** Of two pieces one behind the other, from the CRC of each and the length of the second. */
  readonly combineCrc64: (first: bigint, second: bigint, secondBytes: number) => bigint;
}
