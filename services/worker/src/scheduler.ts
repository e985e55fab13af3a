import type { Clock } from "@causeway/shared/ports/clock.ts";
import { type Lane, countedBytes } from "./admission.ts";
import { createConcurrency } from "./concurrency.ts";
import { type EntranceFigures, createEntrance } from "./entrance.ts";
import type { Holding, Place } from "./holdings.ts";

export interface SchedulerLimits {
  /** Connections of all lanes together to the source, and as many to the target. */
  readonly connections: number;
  /** Memory for bodies of all lanes together. */
  readonly memoryBytes: number;
  /** In which share of the time since it was asked last this process' event loop had work, 0 to 1. */
  readonly busyShare: () => number;
}

/**
 * For whoever has read a small object: once there is a connection to the target for it, somebody else gets its connection to the
 * source. Before that it keeps it, so that no more is read than is written. Undefined: done at once, also where there is
 * nothing to do, for a large one has both. Rejects with the reason of the holder's signal.
 */
export type Pass = () => Promise<void> | undefined;

/** Hands out connections and memory, process-wide, before a source is opened. */
export interface Scheduler {
  /**
   * Does the work once it has its bytes of the budget and a connection, to both sides in the large lane and to the source in
   * the small one, and gives them back. Rejects with what the work rejects with, or with the signal's reason while it waits.
   */
  hold<T>(place: Place, signal: AbortSignal, work: (pass: Pass) => Promise<T>): Promise<T>;
  /** Calls `listener` whenever a small object has passed, and its connection to the source is free for another. */
  onPassed(listener: () => void): void;
  /** How many stand in a lane's queue. */
  waiting(lane: Lane): number;
  /** A store asks us to slow down, for `delayMs` where it says so: halves the concurrency, which climbs back. */
  throttled(delayMs: number): void;
  figures(): EntranceFigures;
}

export function createScheduler(limits: SchedulerLimits, clock: Clock): Scheduler {
  const concurrency = createConcurrency(limits, clock);
  const listeners: (() => void)[] = [];
  const onPassed = (): void => {
    for (const listener of listeners) listener();
  };
  const entrance = createEntrance({ concurrency, memoryBytes: limits.memoryBytes, onPassed });
  return {
    async hold({ lane, bytes }, signal, work) {
      const holding: Holding = {
        lane,
        bytes: countedBytes(bytes, limits.memoryBytes),
        step: lane === "large" ? "flowing" : "reading",
      };
      const waited = entrance.enter(holding, signal);
      if (waited !== undefined) await waited;
      let isDone = false;
      try {
        const value = await work(() => entrance.pass(holding, signal));
        isDone = true;
        return value;
      } finally {
        entrance.leave(holding);
        if (isDone) concurrency.succeeded(lane);
        entrance.admit();
      }
    },
    onPassed: (listener) => void listeners.push(listener),
    waiting: (lane) => entrance.waiting(lane),
    throttled: (delayMs) => concurrency.throttled(delayMs),
    figures: () => entrance.figures(),
  };
}
