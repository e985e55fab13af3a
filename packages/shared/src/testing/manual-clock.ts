import type { Clock } from "../ports/clock.ts";

/** Time that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time on and wakes the sleepers whose time has come, in order. */
  advance(ms: number): void;
  /** How many sleep at the moment. */
  sleepers(): number;
}

interface Sleeper {
  readonly wakeAtMs: number;
  wake(): void;
}

/** A clock for tests; `startMs` is its wall time at first. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let passedMs = 0;
  const sleeping = new Set<Sleeper>();
  return {
    now: () => startMs + passedMs,
    monotonicMs: () => passedMs,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        };
        const sleeper: Sleeper = {
          wakeAtMs: passedMs + ms,
          wake() {
            sleeping.delete(sleeper);
            signal.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        signal.addEventListener("abort", onAbort, { once: true });
        sleeping.add(sleeper);
      }),
    advance(ms) {
      passedMs += ms;
      const due = [...sleeping].filter(({ wakeAtMs }) => wakeAtMs <= passedMs);
      for (const sleeper of due.toSorted((a, b) => a.wakeAtMs - b.wakeAtMs)) sleeper.wake();
    },
    sleepers: () => sleeping.size,
  };
}
