import type { Clock } from "@causeway/shared/ports/clock.ts";
import { type ConcurrencyLimit, climbed, halved } from "./concurrency-limit.ts";

/** Bodies that are held in memory go by the small lane, bodies on their way by the large one. */
export type Lane = "small" | "large";

export interface SchedulerLimits {
  /** Connections of all lanes together, each one read and one write. */
  readonly connections: number;
  /** Memory for bodies of all lanes together. */
  readonly memoryBytes: number;
}

/** Hands out connections and memory, process-wide, before a source is opened. */
export interface Scheduler {
  /**
   * Takes a connection and `bytes` of the budget; undefined: taken at once, else resolves when it is. Rejects with the
   * signal's reason. Whoever took it gives it back by `leave` with the same figures.
   */
  enter(lane: Lane, bytes: number, signal: AbortSignal): Promise<void> | undefined;
  leave(lane: Lane, bytes: number): void;
  /** A store asks us to slow down: halves the concurrency, which climbs back with each success. */
  throttled(): void;
  /** What is in use and allowed, for metrics. */
  figures(): { readonly connections: number; readonly allowed: number; readonly bytes: number };
}

interface Usage {
  connections: number;
  bytes: number;
}

interface Waiter {
  readonly bytes: number;
  admit(): void;
}

/**
 * Small objects never wait behind large ones: the large lane has at most half of the connections and of the memory, and
 * each lane its own queue, first come first served.
 */
export function createScheduler(limits: SchedulerLimits, clock: Clock): Scheduler {
  let limit: ConcurrencyLimit = { connections: limits.connections, successes: 0, halvedAtMs: -Infinity };
  const used: Record<Lane, Usage> = { small: { connections: 0, bytes: 0 }, large: { connections: 0, bytes: 0 } };
  const waiting: Record<Lane, Set<Waiter>> = { small: new Set(), large: new Set() };

  const fits = (lane: Lane, bytes: number): boolean => {
    const { small, large } = used;
    if (small.connections + large.connections >= limit.connections) return isIdle(used);
    if (lane === "large" && large.connections >= Math.max(1, limit.connections >> 1)) return false;
    // What is larger than the whole budget goes alone, rather than never.
    if (lane === "large") return large.connections === 0 || large.bytes + bytes <= limits.memoryBytes / 2;
    return small.connections === 0 || small.bytes + large.bytes + bytes <= limits.memoryBytes;
  };
  const take = (lane: Lane, bytes: number): void => {
    used[lane].connections += 1;
    used[lane].bytes += bytes;
  };
  const admitWaiting = (lane: Lane): void => {
    for (const waiter of waiting[lane]) {
      if (!fits(lane, waiter.bytes)) return;
      waiting[lane].delete(waiter);
      take(lane, waiter.bytes);
      waiter.admit();
    }
  };

  return {
    enter(lane, bytes, signal) {
      if (waiting[lane].size === 0 && fits(lane, bytes)) {
        take(lane, bytes);
        return undefined;
      }
      return queued(waiting[lane], bytes, signal);
    },
    leave(lane, bytes) {
      used[lane].connections -= 1;
      used[lane].bytes -= bytes;
      limit = climbed(limit, limits.connections);
      if (waiting.small.size > 0) admitWaiting("small");
      if (waiting.large.size > 0) admitWaiting("large");
    },
    throttled() {
      limit = halved(limit, clock.monotonicMs());
    },
    figures: () => ({
      connections: used.small.connections + used.large.connections,
      allowed: limit.connections,
      bytes: used.small.bytes + used.large.bytes,
    }),
  };
}

function isIdle({ small, large }: Record<Lane, Usage>): boolean {
  return small.connections + large.connections === 0;
}

function queued(queue: Set<Waiter>, bytes: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      queue.delete(waiter);
      reject(signal.reason);
    };
    const waiter: Waiter = {
      bytes,
      admit() {
        signal.removeEventListener("abort", onAbort);
        resolve();
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    queue.add(waiter);
  });
}
