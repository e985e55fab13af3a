import type { Clock } from "@causeway/shared/ports/clock.ts";

export interface GateRule {
  /** What a caller may keep up for ever; 0: no limit. */
  readonly perSecond: number;
  /** How many calls may come at once after a silence. */
  readonly burst: number;
}

/** Counts calls by caller. */
export interface RequestGate {
  /** Counts one call; answers 0, or how many ms the caller must wait before the next one (this one does not count then). */
  waitMs(caller: string): number;
}

/** Callers whose time has passed are forgotten once there are so many. */
const mostCallers = 10_000;

/**
 * Lets each caller through at a steady rate with a burst (the generic cell rate algorithm): kept of a caller is only the
 * time at which its burst would be whole again.
 */
export function createRequestGate({ perSecond, burst }: GateRule, clock: Clock): RequestGate {
  if (perSecond === 0) return { waitMs: () => 0 };
  const wholeAtMs = new Map<string, number>();
  const intervalMs = 1000 / perSecond;
  const forgetOld = (nowMs: number): void => {
    for (const [caller, atMs] of wholeAtMs) if (atMs <= nowMs) wholeAtMs.delete(caller);
    // Who still fills the table is an attack from many addresses: better to forget than to grow.
    if (wholeAtMs.size >= mostCallers) wholeAtMs.clear();
  };
  return {
    waitMs(caller) {
      const nowMs = clock.monotonicMs();
      const atMs = Math.max(nowMs, wholeAtMs.get(caller) ?? 0);
      const tooEarlyMs = atMs - nowMs - (burst - 1) * intervalMs;
      if (tooEarlyMs > 0) return Math.ceil(tooEarlyMs);
      if (wholeAtMs.size >= mostCallers) forgetOld(nowMs);
      wholeAtMs.set(caller, atMs + intervalMs);
      return 0;
    },
  };
}
