import type { CrcAlgorithm, RunningCrc } from "../../ports/checksums.ts";
import { type CrcKind, type WasmCrc, createWasmCrc } from "./wasm.ts";

/** Polynomials; https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html names the CRCs. */
const kinds: Readonly<Record<CrcAlgorithm, CrcKind>> = {
  crc64nvme: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64, offsets: [280, 979, 1172, 1598, 1607, 1645, 1740] },
  crc32c: { polynomial: 0x82f63b78n, bits: 32, offsets: [189, 254, 305, 313, 332, 336, 354] },
  crc32: { polynomial: 0xedb88320n, bits: 32, offsets: [214, 239, 252, 257, 261, 266, 281] },
};

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
  const crc = made.get(algorithm) ?? createWasmCrc(kinds[algorithm]);
  made.set(algorithm, crc);
  return crc;
}
