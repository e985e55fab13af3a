/** How many connections may be open, and what leads to more or fewer. */
export interface ConcurrencyLimit {
  readonly connections: number;
  /** Successes since the limit last changed. */
  readonly successes: number;
  /** When it was last halved, ms by the monotonic clock. */
  readonly halvedAtMs: number;
}

/** Answers to requests that were under way when the limit was halved say nothing about the new limit. */
const halvingPauseMs = 1000;

/** Halves the limit on throttling, at most once a second and never below one. */
export function halved(limit: ConcurrencyLimit, nowMs: number): ConcurrencyLimit {
  if (nowMs - limit.halvedAtMs < halvingPauseMs) return limit;
  return { connections: Math.max(1, Math.floor(limit.connections / 2)), successes: 0, halvedAtMs: nowMs };
}

/** Climbs by one after as many successes as connections: about once a round trip. */
export function climbed(limit: ConcurrencyLimit, mostConnections: number): ConcurrencyLimit {
  if (limit.connections >= mostConnections) return limit;
  const successes = limit.successes + 1;
  return successes < limit.connections
    ? { ...limit, successes }
    : { ...limit, connections: limit.connections + 1, successes: 0 };
}
