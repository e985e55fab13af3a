import type { CrcAlgorithm, RunningCrc } from "../../ports/checksums.ts";
import { type WasmCrc, createWasmCrc } from "./wasm.ts";

/** Reflected polynomials; https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html names the CRCs. */
const polynomials = {
  crc64nvme: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64 },
  crc32c: { polynomial: 0x82f63b78n, bits: 32 },
  crc32: { polynomial: 0xedb88320n, bits: 32 },
} as const;

const made = new Map<CrcAlgorithm, WasmCrc>();

/** Starts one of the CRCs that S3 stores. */
export function createStoredCrc(algorithm: CrcAlgorithm): RunningCrc {
  return crcOf(algorithm).create();
}

/** The CRC of two pieces one behind the other, from the CRC of each and the length of the second. */
export function combineStoredCrc(algorithm: CrcAlgorithm, first: bigint, second: bigint, secondBytes: number): bigint {
  return crcOf(algorithm).combine(first, second, secondBytes);
}

/** Made when it is first asked for: each holds a third of a megabyte. */
function crcOf(algorithm: CrcAlgorithm): WasmCrc {
  const crc = made.get(algorithm) ?? createWasmCrc(polynomials[algorithm].polynomial, polynomials[algorithm].bits);
  made.set(algorithm, crc);
  return crc;
}
