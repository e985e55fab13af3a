import type { Limits } from "@causeway/shared/domain/limits.ts";
import { allowanceAt, type Allowance } from "@causeway/shared/domain/timetable.ts";
import { take, type Bucket } from "@causeway/shared/domain/token-bucket.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { FleetBudget, RateLimiter, Slice, Spending } from "@causeway/shared/ports/fleet-budget.ts";

export interface LimiterParts {
  /** The budget's name: a job's or a path's. */
  readonly name: string;
  readonly budget: FleetBudget;
  /** The limits as they are now: a PATCH changes them while work waits. */
  readonly limits: () => Limits;
  /** This process' part of the fleet (one over the number of worker processes), for when the budget is out of reach. */
  readonly safeShare: () => number;
  readonly clock: Clock;
}

/** How much of a second a slice is for: small enough to share fairly, large enough that leasing costs nothing. */
const sliceSeconds = 0.2;
/** The shortest pause between two questions to a budget that is spent, and between two looks at changed limits. */
const shortestWaitMs = 20;

/**
 * The brake of one job or path in this process. Work is let through while the balance is not in debt and is charged then, so that one
 * large object passes whole and the next waits; debts are paid by slices leased from the fleet's budget.
 */
export function createLimiter({ name, budget, limits, safeShare, clock }: LimiterParts): RateLimiter {
  const account = createAccount();
  const waiting = new Set<Waiter>();
  const safeSlice = createSafeShare(safeShare, clock);
  const allowance = (): Allowance => allowanceAt(limits(), clock.now());
  let paying = false;

  /** Leases one slice; answers how long to wait before the next. */
  const pay = async (): Promise<number> => {
    const allowed = allowance();
    if (!account.inDebt(allowed)) return 0;
    const wanted = account.wanted(allowed);
    const slice = await budget.lease(name, wanted, allowed).catch(() => safeSlice(wanted, allowed));
    if ("retryAfterMs" in slice) return Math.max(shortestWaitMs, slice.retryAfterMs);
    account.credit(slice.granted);
    return 0;
  };

  const admit = (): void => {
    for (const waiter of waiting) {
      if (!account.charge(waiter.cost, allowance())) return;
      waiting.delete(waiter);
      waiter.go();
    }
  };

  const payUntilNobodyWaits = async (): Promise<void> => {
    if (paying) return;
    paying = true;
    try {
      while (waiting.size > 0) {
        const waitMs = await pay();
        admit();
        if (waiting.size > 0 && waitMs > 0) await clock.sleep(waitMs, { signal: never });
      }
    } finally {
      paying = false;
    }
  };

  return {
    spend: (cost, { signal }) => {
      if (waiting.size === 0 && account.charge(cost, allowance())) return undefined;
      const admitted = queued(waiting, cost, signal);
      void payUntilNobodyWaits();
      return admitted;
    },
    charge: (cost) => account.add(cost, allowance()),
  };
}

const never = new AbortController().signal;

/** What was spent and not yet paid. */
function createAccount() {
  let bytes = 0;
  let requests = 0;
  const inDebt = (allowed: Allowance): boolean =>
    (allowed.bytesPerSecond > 0 && bytes < 0) || (allowed.requestsPerSecond > 0 && requests < 0);
  const add = (cost: Spending, allowed: Allowance): void => {
    // Where there is no limit nothing is owed, also not from before it was lifted.
    bytes = allowed.bytesPerSecond === 0 ? 0 : bytes - cost.bytes;
    requests = allowed.requestsPerSecond === 0 ? 0 : requests - cost.requests;
  };
  return {
    inDebt,
    /** Charges the cost unless there is a debt; answers whether it did. */
    charge: (cost: Spending, allowed: Allowance): boolean => {
      if (inDebt(allowed)) return false;
      add(cost, allowed);
      return true;
    },
    add,
    credit: (granted: Spending): void => {
      bytes += granted.bytes;
      requests += granted.requests;
    },
    wanted: (allowed: Allowance): Spending => ({
      bytes: wantedOf(bytes, allowed.bytesPerSecond),
      requests: wantedOf(requests, allowed.requestsPerSecond),
    }),
  };
}

interface Waiter {
  readonly cost: Spending;
  readonly go: () => void;
}

/** Stands in line; rejects with the signal's reason. */
function queued(waiting: Set<Waiter>, cost: Spending, signal: AbortSignal): Promise<void> {
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

/** Grants slices out of this process' own part: never without a limit, never more than the fleet's together. */
function createSafeShare(share: () => number, clock: Clock): (wanted: Spending, allowed: Allowance) => Slice {
  let ownBytes: Bucket | undefined;
  let ownRequests: Bucket | undefined;
  return (wanted, allowed) => {
    const bytes = take(ownBytes, wanted.bytes, allowed.bytesPerSecond * share(), clock.now());
    const requests = take(ownRequests, wanted.requests, allowed.requestsPerSecond * share(), clock.now());
    ownBytes = bytes.bucket;
    ownRequests = requests.bucket;
    const granted = { bytes: bytes.taken, requests: requests.taken };
    return granted.bytes + granted.requests > 0 ? { granted } : { retryAfterMs: shortestWaitMs };
  };
}

/** What pays a debt, and a slice's worth in advance. */
function wantedOf(balance: number, perSecond: number): number {
  if (perSecond === 0) return 0;
  return Math.ceil(Math.min(Math.max(0, -balance), perSecond) + perSecond * sliceSeconds);
}
