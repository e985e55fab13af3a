import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Lane } from "./admission.ts";
import { judgedLimit, startingLimit, throttledLimit } from "./concurrency-limit.ts";

/** How many connections may be in use now, from what is seen of the work. */
export interface Concurrency {
  allowed(): number;
  /** Before the number of small objects that wait for a store changes: so many there were until now. */
  smallUntilNow(asking: number): void;
  /** Somebody has to wait for a connection. */
  crowded(): void;
  succeeded(lane: Lane): void;
  throttled(delayMs: number): void;
}

/** A window of measurement is at least this long, and has a success for each connection. */
const windowMs = 100;

export interface ConcurrencyParts {
  /** Connections at most. */
  readonly connections: number;
  /** In which share of the time since it was asked last this process had work, 0 to 1. */
  readonly busyShare: () => number;
}

export function createConcurrency({ connections: most, busyShare }: ConcurrencyParts, clock: Clock): Concurrency {
  let limit = startingLimit(most);
  let window = openWindow(clock.monotonicMs());
  return {
    allowed: () => limit.connections,
    smallUntilNow(asking) {
      const nowMs = clock.monotonicMs();
      // Summed over time they are the time that objects took: no object needs a clock of its own.
      window.smallBusyMs += asking * (nowMs - window.seenAtMs);
      window.seenAtMs = nowMs;
    },
    crowded() {
      window.crowded = true;
    },
    succeeded(lane) {
      window.finished += 1;
      if (lane === "small") window.smallFinished += 1;
      const nowMs = window.seenAtMs;
      const elapsedMs = nowMs - window.openedAtMs;
      if (elapsedMs < windowMs || window.finished < limit.connections) return;
      const seen = { ...window, elapsedMs, busyShare: busyShare() };
      if (nowMs >= limit.deafUntilMs) limit = judgedLimit(limit, seen, { nowMs, most });
      window = openWindow(nowMs);
    },
    throttled(delayMs) {
      const nowMs = clock.monotonicMs();
      limit = throttledLimit(limit, nowMs, delayMs);
      window = openWindow(nowMs);
    },
  };
}

function openWindow(nowMs: number) {
  return { openedAtMs: nowMs, seenAtMs: nowMs, finished: 0, smallFinished: 0, smallBusyMs: 0, crowded: false };
}
