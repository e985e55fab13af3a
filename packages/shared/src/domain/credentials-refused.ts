import type { FaultCode } from "./fault-codes.ts";
import type { Fault } from "./fault.ts";

const codes: ReadonlySet<FaultCode> = new Set([
  "SOURCE_CREDENTIALS_INVALID",
  "SOURCE_CREDENTIALS_EXPIRED",
  "TARGET_CREDENTIALS_INVALID",
  "TARGET_CREDENTIALS_EXPIRED",
]);

/**
 * Whether a store refuses the job's credentials as such: then every object would fail for the same reason, so none does, and
 * the job pauses until it gets new ones. A denied access may be about one key, so it stays the object's.
 */
export function areCredentialsRefused({ code }: Fault): boolean {
  return codes.has(code);
}
