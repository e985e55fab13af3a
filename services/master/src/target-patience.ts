import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { patiently } from "./patience.ts";

/** How long settling waits for a target that is away before the job ends with that as its reason. */
const patienceMs = 300_000;
const deadlineMs = 30_000;

/** Tries a request to the target the way settling does. */
export function targetPatience(
  clock: Clock,
): <T>(act: (options: Signalled) => Promise<T>, options: Signalled) => Promise<T> {
  const patience = {
    clock,
    patienceMs,
    throttling: "without-end",
    deadlineMs,
    unanswered: "TARGET_UNREACHABLE",
  } as const;
  return (act, options) => patiently(act, patience, options);
}
