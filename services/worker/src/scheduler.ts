import { createSignalWatch } from "@causeway/shared/domain/signal-watch.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import { type Lane, type Load, countedBytes, mayEnter } from "./admission.ts";
import { type Concurrency, createConcurrency } from "./concurrency.ts";

export interface SchedulerLimits {
  /** Connections of all lanes together, each one read and one write. */
  readonly connections: number;
  /** Memory for bodies of all lanes together. */
  readonly memoryBytes: number;
  /** In which share of the time since it was asked last this process' event loop had work, 0 to 1. */
  readonly busyShare: () => number;
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
  /** How many stand in a lane's queue. */
  waiting(lane: Lane): number;
  /** A store asks us to slow down, for `delayMs` where it says so: halves the concurrency, which climbs back. */
  throttled(delayMs: number): void;
  /** What is in use and allowed, for metrics. */
  figures(): { readonly connections: number; readonly allowed: number; readonly bytes: number };
}

export function createScheduler(limits: SchedulerLimits, clock: Clock): Scheduler {
  const { memoryBytes } = limits;
  const concurrency = createConcurrency(limits, clock);
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
    waiting: gate.waiting,
    throttled: (delayMs) => concurrency.throttled(delayMs),
    figures: () => ({ ...gate.inUse(), allowed: concurrency.allowed() }),
  };
}

/** What is in use and who waits for it. */
function createGate(concurrency: Concurrency, memoryBytes: number) {
  const used = { small: { connections: 0, bytes: 0 }, large: { connections: 0, bytes: 0 } };
  // What was kept for somebody who leaves is free again.
  const lines = createLines(() => admit());
  const load: { used: Load["used"]; first: Load["first"]; last: Lane } = { used, first: lines.first, last: "large" };

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
  const admitFirst = (lane: Lane): boolean => {
    const bytes = lines.first[lane];
    if (bytes === undefined || !fits(lane, bytes)) return false;
    const resolve = lines.shift(lane);
    take(lane, bytes);
    resolve?.();
    return true;
  };
  const admit = (): void => {
    while (admitFirst("large") || admitFirst("small")) continue;
  };

  return {
    /** Undefined: taken at once. Rejects with the signal's reason. */
    enter(lane: Lane, bytes: number, signal: AbortSignal): Promise<void> | undefined {
      if (lines.first[lane] === undefined && fits(lane, bytes)) {
        take(lane, bytes);
        return undefined;
      }
      concurrency.crowded();
      return lines.join(lane, bytes, signal);
    },
    leave: (lane: Lane, bytes: number): void => change(lane, -1, -bytes),
    /** Lets in whoever fits by now. */
    admit,
    waiting: lines.waiting,
    inUse: () => ({
      connections: used.small.connections + used.large.connections,
      bytes: used.small.bytes + used.large.bytes,
    }),
  };
}

interface Waiter {
  readonly lane: Lane;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Who waits, each lane in the order of coming. `onLeft` is called when a signal took somebody out of it. */
function createLines(onLeft: () => void) {
  const queues: Record<Lane, Set<Waiter>> = { small: new Set(), large: new Set() };
  const first: Record<Lane, number | undefined> = { small: undefined, large: undefined };
  const remove = (waiter: Waiter): void => {
    const queue = queues[waiter.lane];
    queue.delete(waiter);
    watch.remove(waiter.signal, waiter);
    const [next] = queue;
    first[waiter.lane] = next?.bytes;
  };
  const watch = createSignalWatch<Waiter>((waiter, reason) => {
    remove(waiter);
    waiter.reject(reason);
    onLeft();
  });
  return {
    /** What the first in each lane asks for; undefined: nobody waits there. */
    first,
    waiting: (lane: Lane): number => queues[lane].size,
    /** Resolves when the caller was taken out by `shift`; rejects with the signal's reason. */
    join: (lane: Lane, bytes: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiter = { lane, bytes, signal, resolve, reject };
        queues[lane].add(waiter);
        first[lane] ??= bytes;
        watch.add(signal, waiter);
      }),
    /** Takes the first one out of its lane; answers how to let it in. */
    shift(lane: Lane): (() => void) | undefined {
      const [waiter] = queues[lane];
      if (waiter === undefined) return undefined;
      remove(waiter);
      return waiter.resolve;
    },
  };
}
