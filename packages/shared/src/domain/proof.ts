import { contentMd5, looksLikeMd5, partsOfEtag } from "./etag.ts";
import type { JobSpec } from "./job-spec.ts";
import type { SourceFacts } from "./object.ts";
import type { SourceProof } from "./outcome.ts";

/** What the source stores to prove its bytes by. */
export type ProofPlan =
  | { readonly algorithm: Exclude<SourceProof, "none">; readonly expected: string }
  | { readonly algorithm: "none" };

/** MD5 costs 1.5 s of CPU a gigabyte, so `auto` takes it only up to here, 64 MiB. */
const md5AutoBytes = 64 * 1024 ** 2;

/** Stored checksums that can be computed here, cheapest first; S3 stores one of them at most. */
const computableChecksums = ["crc64nvme", "crc32c", "crc32", "sha1", "sha256"] as const;

/**
 * Chooses how the bytes read are proven to be the bytes stored: by a stored checksum of the whole object, else by an ETag
 * that is a plain MD5. `expected` is in base64. (An ETag of parts proves too, but only to who reads those very parts:
 * `planSourceParts`.) An ETag of an object under SSE-KMS or SSE-C looks like an MD5 and is none.
 * Where the target compares the MD5 (Content-MD5 of a single PUT) it costs nothing here, and goes first.
 */
export function chooseProof(
  facts: SourceFacts,
  setting: JobSpec["sourceProof"],
  md5: "compared-by-target" | "computed-here",
): ProofPlan {
  if (setting === "none") return { algorithm: "none" };
  if (md5 === "compared-by-target" && hasMd5Etag(facts)) return md5Plan(facts);
  if (setting === "auto") {
    for (const algorithm of computableChecksums) {
      const expected = facts.checksums[algorithm];
      if (expected !== undefined) return { algorithm, expected };
    }
  }
  const affordable = setting === "md5" || facts.sizeBytes <= md5AutoBytes;
  return affordable && hasMd5Etag(facts) ? md5Plan(facts) : { algorithm: "none" };
}

function md5Plan({ etag }: SourceFacts): ProofPlan {
  return { algorithm: "md5", expected: contentMd5(etag) };
}

/** Whether the object's ETag is the MD5 of its bytes. */
export function hasMd5Etag(facts: SourceFacts): boolean {
  return looksLikeMd5(facts.etag) && isEtagOfBytes(facts);
}

/** Whether the object's ETag follows from the MD5s of the parts that it was uploaded in. */
export function hasEtagOfParts(facts: SourceFacts): boolean {
  return partsOfEtag(facts.etag) !== undefined && isEtagOfBytes(facts);
}

function isEtagOfBytes({ encryption }: SourceFacts): boolean {
  return encryption === undefined || encryption === "AES256";
}
