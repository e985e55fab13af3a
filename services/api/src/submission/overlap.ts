import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";

/**
 * Whether two jobs write below the same prefix of the same bucket; nested prefixes (`a/` and `a/b/`) count. A bucket's
 * name is its identity: OSS' internal and public endpoints lead to the same one.
 */
function targetsOverlap(one: OpenJobSpec["target"], other: OpenJobSpec["target"]): boolean {
  if (one.bucket !== other.bucket) return false;
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
}

/** The first active job that writes where `spec` would, unless `spec` accepts that. Its own name is no overlap: that is judged by the ledger. */
export function overlappingJob(spec: OpenJobSpec, active: readonly JobRecord[]): JobRecord | undefined {
  if (spec.allowSharedTarget) return undefined;
  return active.find((job) => job.spec.name !== spec.name && targetsOverlap(job.spec.target, spec.target));
}
