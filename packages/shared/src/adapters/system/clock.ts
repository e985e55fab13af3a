import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";

/** The machine's own time. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    async sleep(ms, { signal }) {
      try {
        await wait(ms, undefined, { signal });
      } catch (error) {
        // The timer wraps the reason in an AbortError; callers are promised the reason itself.
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}
