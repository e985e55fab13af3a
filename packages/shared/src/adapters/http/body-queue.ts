import type { Chunks } from "../../ports/object-source.ts";

/** What stands between a socket that pushes and a reader that pulls. */
export interface BodyQueue {
  readonly chunks: Chunks;
  push(chunk: Uint8Array): void;
  end(): void;
  fail(reason: unknown): void;
}

/** The socket's end of the queue: told to wait, to go on, or that nobody wants the rest. */
export interface BodyFlow {
  pause(): void;
  resume(): void;
  leave(): void;
}

const HIGH_BYTES = 512 * 1024;
const LOW_BYTES = 128 * 1024;

const NOTHING_MORE = { done: true, value: undefined } as const;

type Waiter = { resolve(result: IteratorResult<Uint8Array>): void; reject(reason: unknown): void };

/** A queue of chunks for one reader that holds at most about half a megabyte. */
export function createBodyQueue(flow: BodyFlow): BodyQueue {
  const waiting: Uint8Array[] = [];
  let queuedBytes = 0;
  let paused = false;
  let outcome: { readonly failed: unknown } | "open" | "ended" = "open";
  let waiter: Waiter | undefined;

  const settle = (next: typeof outcome) => {
    if (outcome !== "open") return;
    outcome = next;
    const asked = waiter;
    waiter = undefined;
    if (next === "ended") asked?.resolve(NOTHING_MORE);
    else if (next !== "open") asked?.reject(next.failed);
  };

  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => {
      const chunk = waiting.shift();
      if (chunk !== undefined) {
        queuedBytes -= chunk.length;
        if (paused && queuedBytes <= LOW_BYTES) {
          paused = false;
          flow.resume();
        }
        return { done: false, value: chunk };
      }
      if (outcome === "ended") return NOTHING_MORE;
      if (outcome !== "open") throw outcome.failed;
      return new Promise((resolve, reject) => {
        waiter = { resolve, reject };
      });
    },
    return: async () => {
      waiting.length = 0;
      if (outcome === "open") {
        outcome = "ended";
        flow.leave();
      }
      return NOTHING_MORE;
    },
  };

  return {
    chunks: { [Symbol.asyncIterator]: () => iterator },
    push: (chunk) => {
      if (outcome !== "open") return;
      if (waiter !== undefined) {
        waiter.resolve({ done: false, value: chunk });
        waiter = undefined;
        return;
      }
      waiting.push(chunk);
      queuedBytes += chunk.length;
      if (!paused && queuedBytes >= HIGH_BYTES) {
        paused = true;
        flow.pause();
      }
    },
    end: () => settle("ended"),
    // What is queued was not proven whole, but a reader may still take it: the failure comes behind it.
    fail: (reason) => settle({ failed: reason }),
  };
}

/** A body that is in memory already, as chunks. */
export function chunksOfWhole(whole: Uint8Array): Chunks {
  return {
    [Symbol.asyncIterator]: () => {
      let left: Uint8Array | undefined = whole.length === 0 ? undefined : whole;
      return {
        next: async () => {
          const value = left;
          left = undefined;
          return value === undefined ? { done: true, value: undefined } : { done: false, value };
        },
        return: async () => {
          left = undefined;
          return { done: true, value: undefined };
        },
      };
    },
  };
}
