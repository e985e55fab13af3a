/** A CRC of bytes that arrive in pieces. */
export interface RunningCrc {
  update(bytes: Uint8Array): void;
  /** The CRC of all bytes so far; more may follow. */
  value(): bigint;
}

/** The CRCs that S3 may store beside an object (`x-amz-checksum-…`). */
export type CrcAlgorithm = "crc64nvme" | "crc32c" | "crc32";

/**
 * CRC-64/XZ, the checksum that OSS keeps of every object: how a copy is proven without reading it again. And the CRCs of
 * S3: how what was read is proven.
 */
export interface Checksums {
  /** Of `bytes`, or of everything so far where `previous` is the CRC of what came before. */
  readonly crc64: (bytes: Uint8Array, previous?: bigint) => bigint;
  readonly createCrc64: () => RunningCrc;
  /** Of two pieces one behind the other, from the CRC of each and the length of the second. */
  readonly combineCrc64: (first: bigint, second: bigint, secondBytes: number) => bigint;
  readonly createStoredCrc: (algorithm: CrcAlgorithm) => RunningCrc;
  readonly combineStoredCrc: (algorithm: CrcAlgorithm, first: bigint, second: bigint, secondBytes: number) => bigint;
}
