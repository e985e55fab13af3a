import type { Clock } from "@causeway/shared/ports/clock.ts";
import { type Lane, countedBytes } from "./admission.ts";
import { createConcurrency } from "./concurrency.ts";
import { type GateFigures, createGate } from "./gate.ts";
import type { Changing, Held, Place } from "./holdings.ts";

export interface SchedulerLimits {
  /** Connections of all lanes together to the source, and as many to the target. */
  readonly connections: number;
  /** Memory for bodies of all lanes together. */
  readonly memoryBytes: number;
  /** In which share of the time since it was asked last this process' event loop had work, 0 to 1. */
  readonly busyShare: () => number;
}

/** Hands out connections and memory, process-wide, before a source is opened. */
export interface Scheduler {
  /**
   * Does the work once it has its bytes of the budget and a connection, to both sides in the large lane and to the source in
   * the small one, and gives them back. Rejects with what the work rejects with, or with the signal's reason while it waits.
   */
  hold<T>(place: Place, signal: AbortSignal, work: (held: Held) => Promise<T>): Promise<T>;
  /**
   * A small object was read: once there is a connection to the target for it, somebody else gets the one to the source. Before
   * that it keeps it, so that no more is read than is written. Undefined: done at once. Rejects with the signal's reason.
   */
  toTarget(held: Held, signal: AbortSignal): Promise<void> | undefined;
  /** Calls `listener` whenever a small object has given its connection to the source to others. */
  onRead(listener: () => void): void;
  /** How many stand in a lane's queue. */
  waiting(lane: Lane): number;
  /** A store asks us to slow down, for `delayMs` where it says so: halves the concurrency, which climbs back. */
  throttled(delayMs: number): void;
  /** What is in use and allowed. */
  figures(): GateFigures;
}

export function createScheduler(limits: SchedulerLimits, clock: Clock): Scheduler {
  const concurrency = createConcurrency(limits, clock);
  const listeners: (() => void)[] = [];
  const onPassed = (): void => {
    for (const listener of listeners) listener();
  };
  const gate = createGate({ concurrency, memoryBytes: limits.memoryBytes, onPassed });
  return {
    async hold({ lane, bytes }, signal, work) {
      const held: Changing = {
        lane,
        bytes: countedBytes(bytes, limits.memoryBytes),
        side: lane === "large" ? "both" : "source",
      };
      const waited = gate.enter(held, signal);
      if (waited !== undefined) await waited;
      let isDone = false;
      try {
        const value = await work(held);
        isDone = true;
        return value;
      } finally {
        gate.leave(held);
        if (isDone) concurrency.succeeded(lane);
        gate.admit();
      }
    },
    toTarget: (held, signal) => gate.pass(held, signal),
    onRead: (listener) => void listeners.push(listener),
    waiting: (lane) => gate.waiting(lane),
    throttled: (delayMs) => concurrency.throttled(delayMs),
    figures: () => gate.figures(),
  };
}
