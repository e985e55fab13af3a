import type { Allowance } from "../domain/timetable.ts";
import type { Signalled } from "./object-source.ts";

/** What some work costs. */
export interface Spending {
  readonly bytes: number;
  readonly requests: number;
}

export type Slice =
  | { readonly granted: Spending }
  /** The budget is spent for now; ask again after this time. */
  | { readonly retryAfterMs: number };

/** One budget for a job on the whole fleet, leased in slices so that the store is not asked for every object. */
export interface FleetBudget {
  /**
   * Takes up to `wanted` out of what `allowance` has let grow (at most one second's worth is kept). A limit of 0 grants all
   * of its part. Rejects when the budget cannot be reached: the caller then goes on with its safe share.
   */
  lease(jobId: string, wanted: Spending, allowance: Allowance): Promise<Slice>;
}

/** Where work waits until it may be done. */
export interface RateLimiter {
  /** Resolves once the fleet's budget has covered the cost, in the order of the calls. */
  spend(cost: Spending, options: Signalled): Promise<void>;
}
