import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import { type Patience, patiently } from "./patience.ts";

export interface OpenedStores {
  readonly source: ObjectSource;
  readonly target: ObjectTarget;
}

/** Together below the 30 s in which a job that cannot work must say so. */
const patienceMs = 15_000;
const deadlineMs = 8000;

/**
 * Asks both sides for one key before anything is planned, so that a missing bucket, a wrong key, a closed port or a region
 * mismatch ends the job at once with nothing half-written. Throws the fault of the side that refuses. A job that has begun
 * is not ended by a store that throttles: its stores have worked.
 */
export async function checkJob(
  spec: OpenJobSpec,
  { source, target }: OpenedStores,
  { clock, throttling }: Pick<Patience, "clock" | "throttling">,
  options: Signalled,
): Promise<void> {
  const patience = { clock, throttling, patienceMs, deadlineMs };
  const first = { after: undefined, limit: 1 };
  const checks = [
    patiently(
      (tried) => source.listPage({ ...first, prefix: spec.source.prefix }, tried),
      { ...patience, unanswered: "SOURCE_UNREACHABLE" },
      options,
    ),
    patiently(
      (tried) => target.listPage({ ...first, prefix: spec.target.prefix }, tried),
      { ...patience, unanswered: "TARGET_UNREACHABLE" },
      options,
    ),
  ];
  await Promise.all(checks);
}
