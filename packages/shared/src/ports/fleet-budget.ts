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

/** Budgets that the whole fleet shares, leased in slices so that nobody is asked for every object. */
export interface FleetBudget {
  /**
   * Takes up to `wanted` out of what `allowance` has let grow in the budget of this name (a job's or a path's; at most one
   * second's worth is kept). A limit of 0 grants all of its part. Rejects when the budget cannot be reached: the caller then
   * goes on with its safe share.
   */
  lease(name: string, wanted: Spending, allowance: Allowance): Promise<Slice>;
}

/** Where work waits until it may be done. */
export interface RateLimiter {
  /** Undefined: spent at once. Else resolves once the fleet's budget has covered what is owed, in the order of the calls. */
  spend(cost: Spending, options: Signalled): Promise<void> | undefined;
  /** Charges what could not be known before (or gives back what was too much); whoever spends next waits for it. */
  charge(cost: Spending): void;
}
