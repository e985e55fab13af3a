import { type Hash, createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts } from "@causeway/shared/domain/object.ts";
import type { ProofPlan } from "@causeway/shared/domain/proof.ts";

/** The source's checksum, computed while the bytes pass. */
export interface ProofHash {
  update(bytes: Uint8Array): void;
  /** A copy that goes on from here: a part that is sent again starts from the copy taken before it. */
  fork(): ProofHash;
  /** SOURCE_CHECKSUM_MISMATCH (transient) unless the bytes are those that the source stores. */
  check(facts: SourceFacts): Fault | undefined;
}

/** Starts the computation that `plan` asks for; undefined where there is nothing to compute. */
export function createProofHash(plan: ProofPlan): ProofHash | undefined {
  switch (plan.algorithm) {
    case "none":
      return undefined;
    case "crc32":
      return crc32Hash(0, plan.expected);
    case "md5":
    case "sha1":
    case "sha256":
      return cryptoHash(createHash(plan.algorithm), plan);
    case "crc32c":
    case "crc64nvme":
      throw new Error(`no plan asks for ${plan.algorithm}`);
    default:
      return plan satisfies never;
  }
}

function cryptoHash(hash: Hash, plan: { readonly algorithm: string; readonly expected: string }): ProofHash {
  return {
    update: (bytes) => void hash.update(bytes),
    fork: () => cryptoHash(hash.copy(), plan),
    check: (facts) => compare(hash.copy().digest("base64"), plan, facts),
  };
}

function crc32Hash(start: number, expected: string): ProofHash {
  let value = start;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    fork: () => crc32Hash(value, expected),
    check(facts) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return compare(bytes.toString("base64"), { algorithm: "crc32", expected }, facts);
    },
  };
}

function compare(
  computed: string,
  plan: { readonly algorithm: string; readonly expected: string },
  facts: SourceFacts,
): Fault | undefined {
  if (computed === plan.expected) return undefined;
  return new Fault("SOURCE_CHECKSUM_MISMATCH", "transient", {
    said: `${facts.key}: the source stores ${plan.algorithm} ${plan.expected}, the bytes that came have ${computed}`,
  });
}
