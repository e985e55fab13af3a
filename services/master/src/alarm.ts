import type { Clock } from "@causeway/shared/ports/clock.ts";

/** A pause that something may end early. */
export interface Alarm {
  /** Resolves after `ms`, or soon where it rings or has rung since the last pause. */
  pause(ms: number): Promise<void>;
  ring(): void;
}

// One for all: an error made for each ring takes its stack along.
const rung = new Error("the alarm rang");
const { signal: never } = new AbortController();

/** However often it rings, a pause lasts `leastMs`: what rings meanwhile ends the same pause. */
export function createAlarm(clock: Clock, leastMs: number): Alarm {
  let bell = new AbortController();
  return {
    async pause(ms) {
      const startedAtMs = clock.monotonicMs();
      await clock.sleep(ms, bell).catch(() => undefined);
      if (!bell.signal.aborted) return;
      const leftMs = startedAtMs + Math.min(leastMs, ms) - clock.monotonicMs();
      if (leftMs > 0) await clock.sleep(leftMs, { signal: never });
      bell = new AbortController();
    },
    ring: () => bell.abort(rung),
  };
}
