import type { OpenJobSpec } from "./job-spec.ts";
import type { StateReason } from "./job.ts";

/** Failed manifests beyond this many bytes pause a job, so that no job fills the ledger with failures. */
export const failedManifestBytesLimit = 256 * 1024 * 1024;

/** What the circuit breaker looks at: figures since the job was submitted, last resumed or last retried. */
export interface FailureFigures {
  readonly objects: number;
  readonly failed: number;
  /** Of stored manifests of failed objects. */
  readonly bytes: number;
}

/** Why a job with these figures must pause; undefined: it need not. The Redis ledger decides the same in `commit.lua`. */
export function failureLimitReason(
  { objects, failed, bytes }: FailureFigures,
  limits: OpenJobSpec["failureLimits"],
): StateReason | undefined {
  if (failed === 0) return undefined;
  if (objects >= limits.afterObjects && failed > limits.share * objects) {
    return limitReason(
      `${failed} of ${objects} objects failed, more than the share of ${limits.share} that failureLimits.share allows.`,
    );
  }
  if (failed >= limits.objects) {
    return limitReason(`${failed} objects failed; failureLimits.objects allows ${limits.objects}.`);
  }
  if (bytes >= failedManifestBytesLimit) {
    return limitReason(`The list of failed objects takes ${bytes} bytes; ${failedManifestBytesLimit} are allowed.`);
  }
  return undefined;
}

function limitReason(message: string): StateReason {
  return { code: "FAILURE_LIMIT", message };
}
