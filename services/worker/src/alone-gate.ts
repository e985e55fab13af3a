/** Lets tasks run beside each other, or one alone in the process. First come, first served. */
export interface AloneGate {
  /** Resolves to the way out, which may be taken twice. Rejects with the signal's reason. */
  enter(how: "beside" | "alone", signal: AbortSignal): Promise<() => void>;
}

interface Waiter {
  readonly how: "beside" | "alone";
  admit(): void;
}

/** The gate of one process: a task that keeps losing its worker takes no other task down with it. */
export function createAloneGate(): AloneGate {
  let beside = 0;
  let isAlone = false;
  const waiting = new Set<Waiter>();
  const admitWaiting = (): void => {
    for (const waiter of waiting) {
      if (isAlone || (waiter.how === "alone" && beside > 0)) return;
      waiting.delete(waiter);
      if (waiter.how === "alone") isAlone = true;
      else beside += 1;
      waiter.admit();
    }
  };
  const exit = (how: "beside" | "alone"): (() => void) => {
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      if (how === "alone") isAlone = false;
      else beside -= 1;
      admitWaiting();
    };
  };
  return {
    enter: (how, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          waiting.delete(waiter);
          reject(signal.reason);
          admitWaiting();
        };
        const waiter: Waiter = {
          how,
          admit() {
            signal.removeEventListener("abort", onAbort);
            resolve(exit(how));
          },
        };
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.add(waiter);
        admitWaiting();
      }),
  };
}
