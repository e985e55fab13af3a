import { take, type Bucket } from "@causeway/shared/domain/token-bucket.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";

export interface TurnstileParts {
  /** Leases up to `wanted` of the fleet's budget; 0: it is spent for now. Rejects when the budget is out of reach. */
  readonly lease: (wanted: number, perSecond: number) => Promise<number>;
  /** The limit as it is now; 0: none. */
  readonly perSecond: () => number;
  /** This process' part of the fleet, for when the budget is out of reach. */
  readonly safeShare: () => number;
  readonly clock: Clock;
  readonly tell: TurnstileTelling;
}

/** What is told of a turnstile, for metrics. */
export interface TurnstileTelling {
  /** So much was granted: by the fleet's budget, or out of reach of it by this process' safe share. */
  granted(amount: number, by: "fleet" | "safe-share"): void;
  /** Somebody has passed who had to wait. */
  waited(seconds: number): void;
}

/** Lets work through at one rate: bytes, or requests. */
export interface Turnstile {
  /** Undefined: passed at once. Else resolves in the order of the calls; rejects with the signal's reason. */
  pass(cost: number, signal: AbortSignal): Promise<void> | undefined;
  /** Charges without waiting; a negative cost gives back. Whoever passes next waits for it. */
  charge(cost: number): void;
}

/** How much of a second is leased in advance: little enough to share fairly, enough that leasing costs nothing. */
const sliceSeconds = 0.2;
const waitMs = 50;

/**
 * Work passes while nothing is owed and is charged then, so that one large object passes whole and the next waits; what is
 * owed is paid by slices leased from the fleet's budget.
 */
export function createTurnstile({ lease, perSecond, safeShare, clock, tell }: TurnstileParts): Turnstile {
  const waiting = new Set<Waiter>();
  let balance = 0;
  let ownShare: Bucket | undefined;
  let paying = false;

  const charge = (cost: number): void => {
    // Where there is no limit nothing is owed, also not from before it was lifted.
    balance = perSecond() === 0 ? 0 : balance - cost;
  };
  const admits = (cost: number): boolean => {
    if (perSecond() > 0 && balance < 0) return false;
    charge(cost);
    return true;
  };
  const leaseOwn = (wanted: number, rate: number): number => {
    const { bucket, taken } = take(ownShare, wanted, rate * safeShare(), clock.now());
    ownShare = bucket;
    tell.granted(taken, "safe-share");
    return taken;
  };
  const leased = async (wanted: number, rate: number): Promise<number> => {
    const granted = await lease(wanted, rate);
    tell.granted(granted, "fleet");
    return granted;
  };
  /** Leases one slice; answers whether the budget gave all that was wanted. */
  const pay = async (): Promise<boolean> => {
    const rate = perSecond();
    const wanted = Math.ceil(Math.min(Math.max(0, -balance), rate) + rate * sliceSeconds);
    const granted = await leased(wanted, rate).catch(() => leaseOwn(wanted, rate));
    balance += granted;
    return granted === wanted;
  };
  const admit = (): void => {
    for (const waiter of waiting) {
      if (!admits(waiter.cost)) return;
      waiting.delete(waiter);
      waiter.go();
    }
  };
  const payUntilNobodyWaits = async (): Promise<void> => {
    if (paying) return;
    paying = true;
    try {
      for (admit(); waiting.size > 0; admit()) {
        if (!(await pay())) await clock.sleep(waitMs, { signal: never });
      }
    } finally {
      paying = false;
    }
  };

  return {
    pass(cost, signal) {
      if (waiting.size === 0 && admits(cost)) return undefined;
      const sinceMs = clock.monotonicMs();
      const passed = queued(waiting, cost, signal);
      void payUntilNobodyWaits();
      return passed.then(() => tell.waited((clock.monotonicMs() - sinceMs) / 1000));
    },
    charge,
  };
}

const never = new AbortController().signal;

interface Waiter {
  readonly cost: number;
  readonly go: () => void;
}

/** Stands in line; rejects with the signal's reason. */
function queued(waiting: Set<Waiter>, cost: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = (): void => {
      waiting.delete(waiter);
      reject(signal.reason);
    };
    const go = (): void => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const waiter = { cost, go };
    signal.addEventListener("abort", leave, { once: true });
    waiting.add(waiter);
  });
}
