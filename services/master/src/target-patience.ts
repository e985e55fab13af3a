import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { outageMs, patiently, type StoreWatch } from "./patience.ts";

const deadlineMs = 30_000;

/** Tries a request to the target the way settling does. */
export function targetPatience({
  clock,
  watch,
}: {
  readonly clock: Clock;
  readonly watch: StoreWatch;
}): <T>(act: (options: Signalled) => Promise<T>, options: Signalled) => Promise<T> {
  const patience = {
    clock,
    patienceMs: outageMs,
    throttling: "without-end",
    deadlineMs,
    unanswered: "TARGET_UNREACHABLE",
    watch,
  } as const;
  return (act, options) => patiently(act, patience, options);
}
