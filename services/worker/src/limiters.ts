import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { Limits } from "@causeway/shared/domain/limits.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { FleetBudget, RateLimiter } from "@causeway/shared/ports/fleet-budget.ts";
import type { WorkerRegistry } from "@causeway/shared/ports/worker-registry.ts";
import { createLimiter } from "./limiter.ts";

export interface LimitersParts {
  readonly budget: FleetBudget;
  readonly workers: WorkerRegistry;
  /** What all jobs together may use of one path. */
  readonly pathLimits: Limits;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** The brakes of this process. */
export interface Limiters {
  /** The job's own brake and that of its path. Asked again after a change, it brakes what waits already by the new limits. */
  of(job: JobRecord): readonly RateLimiter[];
}

/** A job whose limits may change while its requests wait. */
interface Braked {
  limits: Limits;
  revision: number;
  readonly limiter: RateLimiter;
}

/** So many jobs' debts are remembered. */
const mostJobs = 1000;
const refreshMs = 10_000;

export function createLimiters({ budget, workers, pathLimits, clock, meter }: LimitersParts): Limiters {
  const common = { budget, meter, clock, safeShare: createFleetShare(workers, clock) };
  const jobs = new Map<string, Braked>();
  const paths = new Map<string, RateLimiter>();

  const ofJob = ({ id, revision, spec }: JobRecord): RateLimiter => {
    const known = jobs.get(id);
    if (known !== undefined) {
      if (revision > known.revision) Object.assign(known, { limits: spec.limits, revision });
      return known.limiter;
    }
    for (const oldest of jobs.keys()) {
      if (jobs.size < mostJobs) break;
      jobs.delete(oldest);
    }
    const limits = (): Limits => braked.limits;
    const limiter = createLimiter({ ...common, name: `job.${id}`, of: "job", limits });
    const braked: Braked = { limits: spec.limits, revision, limiter };
    jobs.set(id, braked);
    return limiter;
  };
  const ofPath = (endpoint: string): RateLimiter => {
    const known = paths.get(endpoint);
    if (known !== undefined) return known;
    const limiter = createLimiter({ ...common, name: `path.${endpoint}`, of: "path", limits: () => pathLimits });
    paths.set(endpoint, limiter);
    return limiter;
  };
  return { of: (job) => [ofJob(job), ofPath(job.spec.target.endpoint)] };
}

/** One over the number of worker processes, as last heard of: what a process may use while the budget is out of reach. */
function createFleetShare(workers: WorkerRegistry, clock: Clock): () => number {
  let fleet = 1;
  let heardAtMs = -Infinity;
  const refresh = async (): Promise<void> => {
    heardAtMs = clock.monotonicMs();
    // Out of reach is just when it is needed: then the last number holds.
    const listed = await workers.list().catch(() => undefined);
    if (listed !== undefined) fleet = Math.max(1, listed.length);
  };
  void refresh();
  return () => {
    if (clock.monotonicMs() - heardAtMs > refreshMs) void refresh();
    return 1 / fleet;
  };
}
