import { createSignalWatch } from "@causeway/shared/domain/signal-watch.ts";

/** Who waits for the same thing, in the order of coming. */
export interface WaitingLine<T> {
  /** What the first one waits with; undefined: nobody waits. */
  readonly first: T | undefined;
  readonly length: number;
  /** Resolves when the caller was taken out by `shift`; rejects with the signal's reason. */
  join(what: T, signal: AbortSignal): Promise<void>;
  /** Takes the first one out; answers how to let it in. */
  shift(): (() => void) | undefined;
}

interface Waiter<T> {
  readonly what: T;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** `onLeft` is called when a signal took somebody out. */
export function createWaitingLine<T>(onLeft: () => void): WaitingLine<T> {
  const line = new Set<Waiter<T>>();
  let first: T | undefined;
  const remove = (waiter: Waiter<T>): void => {
    line.delete(waiter);
    watch.remove(waiter.signal, waiter);
    const [next] = line;
    first = next?.what;
  };
  const watch = createSignalWatch<Waiter<T>>((waiter, reason) => {
    remove(waiter);
    waiter.reject(reason);
    onLeft();
  });
  return {
    get first() {
      return first;
    },
    get length() {
      return line.size;
    },
    join: (what, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiter = { what, signal, resolve, reject };
        line.add(waiter);
        first ??= what;
        watch.add(signal, waiter);
      }),
    shift() {
      const [waiter] = line;
      if (waiter === undefined) return undefined;
      remove(waiter);
      return waiter.resolve;
    },
  };
}
