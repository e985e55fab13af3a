import { type Finding, failure, ok, warning } from "./line.ts";

/** What reading one sampled object showed. */
export interface ReadAttempt {
  readonly key: string;
  /** How the source says that it is encrypted; undefined: it did not say. */
  readonly encryption: string | undefined;
  /** Why it could not be read; undefined: it could. */
  readonly refusal: string | undefined;
}

/** Judges whether the job's credentials can have the source's encrypted objects decrypted. */
export function judgeEncryption(attempts: readonly ReadAttempt[]): Finding {
  const customer = attempts.find(isCustomerKeyed);
  if (customer !== undefined) {
    return failure(
      `${JSON.stringify(customer.key)} is encrypted with a customer's own key (SSE-C), which Causeway does not have.`,
      "Copy such objects onto themselves with SSE-S3 or SSE-KMS first, or leave their prefix out.",
    );
  }
  const locked = attempts.find(({ refusal }) => refusal !== undefined && /\bkms\b/i.test(refusal));
  if (locked !== undefined) {
    return failure(
      `${JSON.stringify(locked.key)} is encrypted by KMS and cannot be read: ${locked.refusal ?? ""}`,
      "Allow kms:Decrypt on the bucket's key to these credentials, in the key's policy as well.",
    );
  }
  if (attempts.length === 0) {
    return warning(
      "No object could be read, so nothing is known of its encryption.",
      "See source.list and source.read.",
    );
  }
  const byKms = attempts.filter(({ encryption }) => encryption?.startsWith("aws:kms")).length;
  if (byKms === 0) return ok(`None of ${attempts.length} sampled objects is encrypted by KMS.`);
  return ok(`${byKms} of ${attempts.length} sampled objects are encrypted by KMS, and can be read.`);
}

function isCustomerKeyed({ encryption, refusal }: ReadAttempt): boolean {
  return encryption === "customer-key" || /form of Server Side Encryption/i.test(refusal ?? "");
}
