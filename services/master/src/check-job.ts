import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { Side } from "@causeway/shared/domain/trouble.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import { outageMs, patiently, type StoreWatch } from "./patience.ts";

export interface OpenedStores {
  readonly source: ObjectSource;
  readonly target: ObjectTarget;
}

export interface Checking {
  readonly clock: Clock;
  /** Whether anything of the job was listed before: then its stores have worked. */
  readonly job: "new" | "begun";
  readonly watch: Readonly<Record<Side, StoreWatch>>;
}

const deadlineMs = 8000;
const patience = {
  /** With the deadline of one try below the 30 s in which a job that cannot work must say so. */
  new: { patienceMs: 15_000, throttling: "like-others", deadlineMs },
  begun: { patienceMs: outageMs, throttling: "without-end", deadlineMs },
} as const;

/**
 * Asks both sides for one key before anything is planned, so that a missing bucket, a wrong key, a closed port or a region
 * mismatch ends the job at once with nothing half-written. Throws the fault of the side that refuses. A job that has begun is
 * checked, too: by every master that lists it, and with every change of it. A store that throttles or is away does not end it.
 */
export async function checkJob(
  spec: OpenJobSpec,
  { source, target }: OpenedStores,
  { clock, job, watch }: Checking,
  options: Signalled,
): Promise<void> {
  const how = { ...patience[job], clock };
  const first = { after: undefined, limit: 1 };
  const checks = [
    patiently(
      (tried) => source.listPage({ ...first, prefix: spec.source.prefix }, tried),
      { ...how, watch: watch.source, unanswered: "SOURCE_UNREACHABLE" },
      options,
    ),
    patiently(
      (tried) => target.listPage({ ...first, prefix: spec.target.prefix }, tried),
      { ...how, watch: watch.target, unanswered: "TARGET_UNREACHABLE" },
      options,
    ),
  ];
  await Promise.all(checks);
}
