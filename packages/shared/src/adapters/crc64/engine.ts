/** A CRC-64/XZ of bytes that arrive in pieces. */
export interface Crc64 {
  update(bytes: Uint8Array): void;
  /** The CRC of all bytes so far; more may follow. */
  value(): bigint;
}

/** One way of computing CRC-64/XZ; all give the same values. */
export interface Crc64Engine {
  /** `wasm`, or the instruction that does the work: `pclmulqdq`, `pmull`. For the log and `/metrics`. */
  readonly name: string;
  crc64(bytes: Uint8Array, previous: bigint): bigint;
  create(): Crc64;
}
