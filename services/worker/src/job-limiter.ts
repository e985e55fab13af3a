import type { Limits } from "@causeway/shared/domain/limits.ts";
import { allowanceAt, type Allowance } from "@causeway/shared/domain/timetable.ts";
import { take, type Bucket } from "@causeway/shared/domain/token-bucket.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { FleetBudget, RateLimiter, Slice, Spending } from "@causeway/shared/ports/fleet-budget.ts";

export interface JobLimiterParts {
  readonly jobId: string;
  readonly budget: FleetBudget;
  /** The job's limits as they are now: a PATCH changes them while work waits. */
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
 * One job's brake in this process. Work is let through while the balance is not in debt and is charged then, so that one
 * large object passes whole and the next waits; debts are paid by slices leased from the fleet's budget.
 */
export function createJobLimiter({ jobId, budget, limits, safeShare, clock }: JobLimiterParts): RateLimiter {
  const balance = { bytes: 0, requests: 0 };
  const waiting = new Set<Waiter>();
  const safeSlice = createSafeShare(safeShare, clock);
  let paying = false;

  const allowance = (): Allowance => allowanceAt(limits(), clock.now());
  const inDebt = ({ bytesPerSecond, requestsPerSecond }: Allowance): boolean =>
    (bytesPerSecond > 0 && balance.bytes < 0) || (requestsPerSecond > 0 && balance.requests < 0);
  const charge = (cost: Spending): void => {
    balance.bytes -= cost.bytes;
    balance.requests -= cost.requests;
  };

  /** Leases one slice, and admits who may go; answers how long to wait before the next. */
  const pay = async (): Promise<number> => {
    const allowed = allowance();
    if (!inDebt(allowed)) return 0;
    const wanted = {
      bytes: wantedOf(balance.bytes, allowed.bytesPerSecond),
      requests: wantedOf(balance.requests, allowed.requestsPerSecond),
    };
    const slice = await budget.lease(jobId, wanted, allowed).catch(() => safeSlice(wanted, allowed));
    if ("retryAfterMs" in slice) return Math.max(shortestWaitMs, slice.retryAfterMs);
    balance.bytes += slice.granted.bytes;
    balance.requests += slice.granted.requests;
    return 0;
  };

  const admit = (): void => {
    for (const waiter of waiting) {
      const allowed = allowance();
      if (isFree(allowed)) forgive(balance);
      else if (inDebt(allowed)) return;
      else charge(waiter.cost);
      waiting.delete(waiter);
      waiter.go();
    }
  };

  const payUntilNobodyWaits = async (): Promise<void> => {
    if (paying) return;
    paying = true;
    const never = new AbortController().signal;
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
      const allowed = allowance();
      if (isFree(allowed)) {
        forgive(balance);
        return Promise.resolve();
      }
      if (waiting.size === 0 && !inDebt(allowed)) {
        charge(cost);
        return Promise.resolve();
      }
      const admitted = queued(waiting, cost, signal);
      void payUntilNobodyWaits();
      return admitted;
    },
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

function isFree(allowed: Allowance): boolean {
  return allowed.bytesPerSecond === 0 && allowed.requestsPerSecond === 0;
}

/** Debts from before a limit was lifted are not paid after it. */
function forgive(balance: { bytes: number; requests: number }): void {
  balance.bytes = 0;
  balance.requests = 0;
}
