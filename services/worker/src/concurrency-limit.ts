/** How many connections may be in use, and what the next decision on it depends on. */
export interface ConcurrencyLimit {
  readonly connections: number;
  /** What was measured before says nothing about this limit: ms by the monotonic clock. */
  readonly deafUntilMs: number;
  /** How long a small object took while nothing was wrong, ms; it follows slowly where everything takes longer. */
  readonly calmMs: number | undefined;
  /** Objects and parts per second in the last window. */
  readonly perSecond: number;
  /** In which share of the last seconds this process had work, 0 to 1; what is long ago counts for less. */
  readonly busyShare: number;
}

/** What went through since the last decision. */
export interface Window {
  readonly elapsedMs: number;
  /** Objects and parts. */
  readonly finished: number;
  readonly smallFinished: number;
  /** The time that small objects waited for the stores in it, all together. */
  readonly smallBusyMs: number;
  /** Whether somebody waited for a connection. */
  readonly crowded: boolean;
  /** In which share of the window this process had work, 0 to 1. */
  readonly busyShare: number;
}

/** Answers to requests that were under way when the limit was halved say nothing about the new limit. */
const halvingPauseMs = 1000;
/** Latency is rising where it is this many times what it was, and so much more besides. */
const risenTimes = 4;
const risenMs = 250;
/** Fewer than this share of the last window's objects: more connections don't help at the moment. */
const keptThroughput = 0.8;
const calmGrowth = 1.1;
/** A process that has always work gets no more done by more connections: it only keeps more of them waiting for itself. */
const saturated = 0.97;
const nearlySaturated = 0.9;
/** Answers come in bursts: within one of them every process has always work, also one that has nothing to do the next moment. */
const burstsMs = 2000;
/** What a saturated process goes down to: enough that one answer is always there to be handled. */
const fewestWhenSaturated = 16;

export function startingLimit(connections: number): ConcurrencyLimit {
  return { connections, deafUntilMs: 0, calmMs: undefined, perSecond: 0, busyShare: 0 };
}

/** Halves the limit on throttling, once in the pause at most and never below one; `delayMs` is what the store asked for. */
export function throttledLimit(limit: ConcurrencyLimit, nowMs: number, delayMs: number): ConcurrencyLimit {
  if (nowMs < limit.deafUntilMs) return limit;
  return halved(limit, 1, nowMs + Math.max(halvingPauseMs, delayMs));
}

/**
 * Decides at a window's end. Rising latency halves, down to an eighth of the most: a store that has become slow for good
 * still needs connections. A process that is saturated itself takes an eighth fewer. Otherwise an eighth more are tried,
 * where they were wanted and the throughput held.
 */
export function judgedLimit(
  limit: ConcurrencyLimit,
  window: Window,
  { nowMs, most }: { readonly nowMs: number; readonly most: number },
): ConcurrencyLimit {
  const perSecond = (window.finished * 1000) / Math.max(1, window.elapsedMs);
  const latencyMs = window.smallFinished === 0 ? undefined : window.smallBusyMs / window.smallFinished;
  const { calmMs = latencyMs } = limit;
  const follows = calmMs === undefined || latencyMs === undefined ? calmMs : Math.min(latencyMs, calmMs * calmGrowth);
  const newness = Math.min(1, window.elapsedMs / burstsMs);
  const busyShare = limit.busyShare + (window.busyShare - limit.busyShare) * newness;
  const next = { ...limit, calmMs: follows, perSecond, busyShare };
  if (latencyMs !== undefined && calmMs !== undefined && latencyMs > calmMs * risenTimes + risenMs) {
    return halved(next, Math.ceil(most / 8), nowMs + halvingPauseMs);
  }
  if (busyShare >= saturated) {
    const fewer = Math.max(fewestWhenSaturated, limit.connections - (limit.connections >> 3));
    return { ...next, connections: Math.min(fewer, limit.connections) };
  }
  if (busyShare >= nearlySaturated) return next;
  if (!window.crowded || perSecond < limit.perSecond * keptThroughput) return next;
  return { ...next, connections: Math.min(most, limit.connections + Math.max(1, limit.connections >> 3)) };
}

function halved(limit: ConcurrencyLimit, fewest: number, deafUntilMs: number): ConcurrencyLimit {
  const connections = Math.max(Math.min(fewest, limit.connections), Math.floor(limit.connections / 2));
  // Fewer connections carry less: the next window is compared with none.
  return { ...limit, connections, deafUntilMs, perSecond: 0 };
}
