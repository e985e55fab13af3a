import type { Clock } from "@causeway/shared/ports/clock.ts";
import { type Lane, type Load, countedBytes, mayEnter } from "./admission.ts";
import { type Concurrency, createConcurrency } from "./concurrency.ts";

export interface SchedulerLimits {
  /** Connections of all lanes together, each one read and one write. */
  readonly connections: number;
  /** Memory for bodies of all lanes together. */
  readonly memoryBytes: number;
}

export interface Place {
  readonly lane: Lane;
  /** Memory that the body takes. */
  readonly bytes: number;
}

/** Hands out connections and memory, process-wide, before a source is opened. */
export interface Scheduler {
  /**
   * Does the work once it has a connection and its bytes of the budget, and gives them back. Rejects with what the work
   * rejects with, or with the signal's reason while it waits.
   */
  hold<T>(place: Place, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** A store asks us to slow down, for `delayMs` where it says so: halves the concurrency, which climbs back. */
  throttled(delayMs: number): void;
  /** What is in use and allowed, for metrics. */
  figures(): { readonly connections: number; readonly allowed: number; readonly bytes: number };
}

interface Waiter {
  readonly bytes: number;
  admit(): void;
}

export function createScheduler(limits: SchedulerLimits, clock: Clock): Scheduler {
  const { connections: most, memoryBytes } = limits;
  const concurrency = createConcurrency(most, clock);
  const gate = createGate(concurrency, memoryBytes);
  return {
    async hold({ lane, bytes }, signal, work) {
      const counted = countedBytes(bytes, memoryBytes);
      const waited = gate.enter(lane, counted, signal);
      if (waited !== undefined) await waited;
      let isDone = false;
      try {
        const value = await work();
        isDone = true;
        return value;
      } finally {
        gate.leave(lane, counted);
        if (isDone) concurrency.succeeded(lane);
        gate.admit();
      }
    },
    throttled: (delayMs) => concurrency.throttled(delayMs),
    figures: () => ({ ...gate.inUse(), allowed: concurrency.allowed() }),
  };
}

/** What is in use and who waits for it, each lane in the order of coming. */
function createGate(concurrency: Concurrency, memoryBytes: number) {
  const used = { small: { connections: 0, bytes: 0 }, large: { connections: 0, bytes: 0 } };
  const first: Record<Lane, number | undefined> = { small: undefined, large: undefined };
  const load: { used: Load["used"]; first: Load["first"]; last: Lane } = { used, first, last: "large" };
  const queues: Record<Lane, Set<Waiter>> = { small: new Set(), large: new Set() };

  const fits = (lane: Lane, bytes: number): boolean =>
    mayEnter(lane, bytes, load, { connections: concurrency.allowed(), bytes: memoryBytes });
  const change = (lane: Lane, connections: 1 | -1, bytes: number): void => {
    concurrency.smallUntilNow(used.small.connections);
    used[lane].connections += connections;
    used[lane].bytes += bytes;
  };
  const take = (lane: Lane, bytes: number): void => {
    change(lane, 1, bytes);
    load.last = lane;
  };
  const seeFirst = (lane: Lane): void => {
    const [waiter] = queues[lane];
    first[lane] = waiter?.bytes;
  };
  const admitFirst = (lane: Lane): boolean => {
    const [waiter] = queues[lane];
    if (waiter === undefined || !fits(lane, waiter.bytes)) return false;
    queues[lane].delete(waiter);
    seeFirst(lane);
    take(lane, waiter.bytes);
    waiter.admit();
    return true;
  };
  const admit = (): void => {
    while (admitFirst("large") || admitFirst("small")) continue;
  };
  const enter = (lane: Lane, bytes: number, signal: AbortSignal): Promise<void> | undefined => {
    if (queues[lane].size === 0 && fits(lane, bytes)) {
      take(lane, bytes);
      return undefined;
    }
    concurrency.crowded();
    const onLeft = (): void => {
      seeFirst(lane);
      // What was kept for it is free again.
      admit();
    };
    const waited = queued(queues[lane], bytes, { signal, onLeft });
    seeFirst(lane);
    return waited;
  };

  return {
    /** Undefined: taken at once. Rejects with the signal's reason. */
    enter,
    leave: (lane: Lane, bytes: number): void => change(lane, -1, -bytes),
    /** Lets in whoever fits by now. */
    admit,
    inUse: () => ({
      connections: used.small.connections + used.large.connections,
      bytes: used.small.bytes + used.large.bytes,
    }),
  };
}

interface Waiting {
  readonly signal: AbortSignal;
  /** Called when the signal took the waiter out of the queue. */
  readonly onLeft: () => void;
}

function queued(queue: Set<Waiter>, bytes: number, { signal, onLeft }: Waiting): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      queue.delete(waiter);
      reject(signal.reason);
      onLeft();
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
