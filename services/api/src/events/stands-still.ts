import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { hasEnded } from "@causeway/shared/domain/state.ts";

/** Whether the figures of a job are those of the last look: once it has ended they stay until a retry sets it running. */
export function standsStill(before: JobRecord, now: JobRecord): boolean {
  return hasEnded(now.state) && before.state === now.state && before.endedAtMs === now.endedAtMs;
}
