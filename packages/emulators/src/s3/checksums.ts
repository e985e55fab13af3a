import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import { createCRC32 } from "hash-wasm";

import { crcCombine, type CrcFamily } from "../core/crc64/crc-combine.ts";
import { createCrc64 } from "../core/crc64/crc64.ts";

/** The checksums that S3 verifies and stores, as `x-amz-checksum-<name>` spells them. */
export const ALGORITHMS = ["crc64nvme", "crc32", "crc32c", "sha1", "sha256"] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** COMPOSITE: a checksum of the parts' checksums. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

export interface Checksum {
  readonly update: (chunk: Buffer) => void;
  /** The value as S3 writes it: base64 of the big-endian bytes. */
  readonly finish: () => string;
}

const CRC32C_POLYNOMIAL = 0x82f63b78;

/** Only CRCs can be carried over from parts to the whole. */
const FAMILIES: Partial<Record<Algorithm, CrcFamily>> = {
  crc64nvme: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64 },
  crc32: { polynomial: 0xedb88320n, bits: 32 },
  crc32c: { polynomial: 0x82f63b78n, bits: 32 },
};

export function algorithmOf(name: string | undefined): Algorithm | undefined {
  const lower = name?.toLowerCase();
  return ALGORITHMS.find((algorithm) => algorithm === lower);
}

export async function createChecksum(algorithm: Algorithm): Promise<Checksum> {
  switch (algorithm) {
    case "crc64nvme": {
      const crc = createCrc64("nvme");
      return { update: crc.update, finish: () => base64Of(crc.finish(), 64) };
    }
    case "crc32": {
      let value = 0;
      return {
        update: (chunk) => {
          value = crc32(chunk, value);
        },
        finish: () => base64Of(BigInt(value), 32),
      };
    }
    case "crc32c": {
      const crc = await createCRC32(CRC32C_POLYNOMIAL);
      crc.init();
      return {
        update: (chunk) => void crc.update(chunk),
        finish: () => Buffer.from(crc.digest("binary")).toString("base64"),
      };
    }
    case "sha1":
    case "sha256": {
      const digest = createHash(algorithm);
      return { update: (chunk) => void digest.update(chunk), finish: () => digest.digest("base64") };
    }
    default:
      return algorithm satisfies never;
  }
}

/** The bytes of a value, or undefined where it is no value of this algorithm. */
export function isChecksum(algorithm: Algorithm, value: string): boolean {
  const bytes = { crc64nvme: 8, crc32: 4, crc32c: 4, sha1: 20, sha256: 32 }[algorithm];
  return Buffer.from(value, "base64").length === bytes;
}

export interface PartChecksum {
  readonly value: string;
  readonly sizeBytes: number;
}

/** The checksum that S3 gives an object of parts: COMPOSITE (`…-N`) or, for CRCs alone, that of the whole content. */
export async function checksumOfParts(
  algorithm: Algorithm,
  type: ChecksumType,
  parts: readonly PartChecksum[],
): Promise<string> {
  const family = FAMILIES[algorithm];
  if (type === "FULL_OBJECT" && family !== undefined) {
    const [first, ...others] = parts.map(({ value, sizeBytes }) => ({ crc: numberOf(value), sizeBytes }));
    const whole = others.reduce(
      (crc, part) => crcCombine({ first: crc, second: part.crc, secondBytes: part.sizeBytes }, family),
      first?.crc ?? 0n,
    );
    return base64Of(whole, family.bits);
  }
  const checksum = await createChecksum(algorithm);
  for (const { value } of parts) checksum.update(Buffer.from(value, "base64"));
  return `${checksum.finish()}-${parts.length}`;
}

/** CRC-64/NVME covers the whole content always, SHA the parts' values always; CRC-32 and CRC-32C the latter if not asked. */
export function checksumTypeOf(algorithm: Algorithm, asked: string | undefined): ChecksumType {
  if (algorithm === "crc64nvme") return "FULL_OBJECT";
  return asked === "FULL_OBJECT" && FAMILIES[algorithm] !== undefined ? "FULL_OBJECT" : "COMPOSITE";
}

function base64Of(value: bigint, bits: number): string {
  return Buffer.from(value.toString(16).padStart(bits / 4, "0"), "hex").toString("base64");
}

function numberOf(base64: string): bigint {
  return BigInt(`0x${Buffer.from(base64, "base64").toString("hex")}`);
}
