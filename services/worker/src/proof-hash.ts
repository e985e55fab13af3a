import { type Hash, createHash } from "node:crypto";
import { etagOfParts } from "@causeway/shared/domain/etag.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts, SourceObject } from "@causeway/shared/domain/object.ts";
import type { ProofPlan } from "@causeway/shared/domain/proof.ts";
import type { Checksums, CrcAlgorithm } from "@causeway/shared/ports/checksums.ts";

/** The source's checksum of a whole object, computed while its bytes pass in their order. */
export interface ProofHash {
  update(bytes: Uint8Array): void;
  /** SOURCE_CHECKSUM_MISMATCH (transient) unless the bytes are those that the source stores. */
  check(facts: SourceFacts): Fault | undefined;
}

/** One that can be taken up again: a part that is sent once more starts from the copy taken before it. */
export interface OrderedHash extends ProofHash {
  fork(): OrderedHash;
}

/** A checksum that follows from those of the parts, whatever order they came in. */
export interface PartsProof {
  start(): RunningChecksum;
  /** Checks all parts, in the order of their numbers. */
  check(parts: readonly PartChecksum[], object: SourceObject): Fault | undefined;
}

/** A part's own checksum, while its bytes pass: a CRC, or an MD5 as a number. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  value(): bigint;
}

export interface PartChecksum {
  readonly checksum: bigint;
  readonly sizeBytes: number;
}

/** Starts the computation that `plan` asks for; undefined where there is nothing to compute. */
export function createProofHash(plan: ProofPlan, checksums: Checksums): ProofHash | undefined {
  const parts = createPartsProof(plan, checksums);
  if (parts === undefined) return createOrderedHash(plan);
  const running = parts.start();
  return {
    update: (bytes) => running.update(bytes),
    check: (facts) => parts.check([{ checksum: running.value(), sizeBytes: facts.sizeBytes }], facts),
  };
}

/** For plans that need the bytes in their order: MD5 and SHA. */
export function createOrderedHash(plan: ProofPlan): OrderedHash | undefined {
  switch (plan.algorithm) {
    case "md5":
    case "sha1":
    case "sha256":
      return orderedHash(createHash(plan.algorithm), plan);
    case "multipart-md5":
    case "crc64nvme":
    case "crc32c":
    case "crc32":
    case "none":
      return undefined;
    default:
      return plan satisfies never;
  }
}

/** For plans that don't: CRCs, and the MD5s of the parts that the source was uploaded in. */
export function createPartsProof(plan: ProofPlan, checksums: Checksums): PartsProof | undefined {
  switch (plan.algorithm) {
    case "crc64nvme":
    case "crc32c":
    case "crc32":
      return crcProof(plan.algorithm, plan.expected, checksums);
    case "multipart-md5":
      return md5sProof(plan);
    case "md5":
    case "sha1":
    case "sha256":
    case "none":
      return undefined;
    default:
      return plan satisfies never;
  }
}

function orderedHash(hash: Hash, plan: Expectation): OrderedHash {
  return {
    update: (bytes) => void hash.update(bytes),
    fork: () => orderedHash(hash.copy(), plan),
    check: (facts) => compare(hash.copy().digest("base64"), plan, facts),
  };
}

const crcBits = { crc64nvme: 64, crc32c: 32, crc32: 32 } as const;

function crcProof(algorithm: CrcAlgorithm, expected: string, checksums: Checksums): PartsProof {
  return {
    start: () => checksums.createStoredCrc(algorithm),
    check(parts, facts) {
      const whole = parts.reduce(
        (crc, part) => checksums.combineStoredCrc(algorithm, crc, part.checksum, part.sizeBytes),
        0n,
      );
      const digits = whole.toString(16).padStart(crcBits[algorithm] / 4, "0");
      return compare(Buffer.from(digits, "hex").toString("base64"), { algorithm, expected }, facts);
    },
  };
}

function md5sProof(plan: Expectation): PartsProof {
  return {
    start() {
      const hash = createHash("md5");
      return {
        update: (bytes) => void hash.update(bytes),
        value: () => BigInt(`0x${hash.copy().digest("hex")}`),
      };
    },
    check: (parts, facts) => compare(etagOfParts(parts.map(({ checksum }) => checksum)), plan, facts),
  };
}

interface Expectation {
  readonly algorithm: string;
  /** As the source writes it: in base64, an ETag in hex digits. */
  readonly expected: string;
}

function compare(computed: string, { algorithm, expected }: Expectation, facts: SourceObject): Fault | undefined {
  if (computed === expected) return undefined;
  return new Fault("SOURCE_CHECKSUM_MISMATCH", "transient", {
    said: `${facts.key}: the source stores ${algorithm} ${expected}, the bytes that came have ${computed}`,
  });
}
