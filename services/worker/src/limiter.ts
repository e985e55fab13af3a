import type { Limits } from "@causeway/shared/domain/limits.ts";
import { allowanceAt, type Allowance } from "@causeway/shared/domain/timetable.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { FleetBudget, RateLimiter, Spending } from "@causeway/shared/ports/fleet-budget.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import { createTurnstile } from "./turnstile.ts";

export interface LimiterParts {
  /** The budget's name: a job's or a path's. */
  readonly name: string;
  /** As metrics name it: they tell of all jobs together. */
  readonly of: "job" | "path";
  readonly meter: Meter;
  readonly budget: FleetBudget;
  /** The limits as they are now: a PATCH changes them while work waits. */
  readonly limits: () => Limits;
  /** This process' part of the fleet (one over the number of worker processes), for when the budget is out of reach. */
  readonly safeShare: () => number;
  readonly clock: Clock;
}

/**
 * The brake of one job or path in this process: a turnstile for bytes and one for requests. Apart, because what only sends
 * a request must not wait until a body is paid that it is about to take in.
 */
export function createLimiter({ name, of, meter, budget, limits, safeShare, clock }: LimiterParts): RateLimiter {
  const allowance = createAllowance(limits, clock);
  const turnstileOf = (kind: keyof Spending, rate: keyof Allowance) =>
    createTurnstile({
      lease: async (wanted, perSecond) => {
        const slice = await budget.lease(name, { ...nothing, [kind]: wanted }, { ...noLimit, [rate]: perSecond });
        return "granted" in slice ? slice.granted[kind] : 0;
      },
      perSecond: () => allowance()[rate],
      safeShare,
      clock,
      tell: {
        granted: (amount, by) => meter.count("migration_limit_granted_total", { of, unit: kind, by }, amount),
        waited: (seconds) => meter.time("migration_limit_wait_seconds", { of, unit: kind }, seconds),
      },
    });
  const bytes = turnstileOf("bytes", "bytesPerSecond");
  const requests = turnstileOf("requests", "requestsPerSecond");

  return {
    spend(cost, { signal }) {
      const passed = cost.requests === 0 ? undefined : requests.pass(cost.requests, signal);
      if (cost.bytes === 0) return passed;
      return passed === undefined ? bytes.pass(cost.bytes, signal) : passed.then(() => bytes.pass(cost.bytes, signal));
    },
    charge(cost) {
      bytes.charge(cost.bytes);
      requests.charge(cost.requests);
    },
  };
}

/** A timetable is looked up once a second, and whenever the limits have changed: it is asked for with every request. */
const allowanceMs = 1000;

function createAllowance(limits: () => Limits, clock: Clock): () => Allowance {
  let known: { readonly limits: Limits; readonly atMs: number; readonly allowance: Allowance } | undefined;
  return () => {
    const present = limits();
    if (present.timetable.length === 0) return present;
    const nowMs = clock.now();
    if (known === undefined || known.limits !== present || Math.abs(nowMs - known.atMs) >= allowanceMs) {
      known = { limits: present, atMs: nowMs, allowance: allowanceAt(present, nowMs) };
    }
    return known.allowance;
  };
}

const nothing: Spending = { bytes: 0, requests: 0 };
const noLimit: Allowance = { bytesPerSecond: 0, requestsPerSecond: 0 };
