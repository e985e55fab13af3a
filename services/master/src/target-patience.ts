import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { type OnRefused, outageMs, patiently } from "./patience.ts";

const deadlineMs = 30_000;

/** Tries a request to the target the way settling does. */
export function targetPatience({
  clock,
  onRefused,
}: {
  readonly clock: Clock;
  readonly onRefused: OnRefused;
}): <T>(act: (options: Signalled) => Promise<T>, options: Signalled) => Promise<T> {
  const patience = {
    clock,
    patienceMs: outageMs,
    throttling: "without-end",
    deadlineMs,
    unanswered: "TARGET_UNREACHABLE",
    onRefused,
  } as const;
  return (act, options) => patiently(act, patience, options);
}
