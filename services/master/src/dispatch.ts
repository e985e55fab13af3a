import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ActiveJob, DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { ShardQueue, TaskQueue } from "@causeway/shared/ports/task-queue.ts";
import type { WorkerRecord, WorkerRegistry } from "@causeway/shared/ports/worker-registry.ts";
import { hasRoom, isListing } from "./backlog-gauge.ts";
import { createJobGuard } from "./job-guard.ts";
import { type Credits, shareOut } from "./share-out.ts";
import type { TroubleParts } from "./tell-trouble.ts";

export interface DispatcherParts extends TroubleParts {
  readonly ledger: DispatchLedger;
  readonly plans: PlanLedger;
  readonly tasks: TaskQueue;
  readonly shards: ShardQueue;
  readonly workers: WorkerRegistry;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly backlogBudgetBytes: number;
  /** Why nothing may be handed out now; undefined: nothing is in the way. */
  obstacle(workers: readonly WorkerRecord[]): string | undefined;
}

/** The queue is kept this many times deeper than the fleet's slots, and never shallower than `smallestDepth`. */
const depthPerSlot = 2;
const smallestDepth = 8;
/** Unfinished shards are handed to the listers again this often; who is listed already does not notice. */
const feedEveryMs = 1000;
const dropAtOnce = 1000;
/** Workers tell of themselves once a second. */
const fleetFreshMs = 1000;

/** One round of dispatching: shards to the listers, tasks to the queue, backlogs of cancelled jobs away. */
export function createDispatcher(parts: DispatcherParts): (jobs: readonly ActiveJob[]) => Promise<"again" | "rest"> {
  const fedMs = new Map<string, number>();
  const guard = createJobGuard(parts);
  // Apart: what keeps tasks from being handed out holds up neither a listing nor a cancel.
  const handOutGuard = createJobGuard(parts);
  let credits: Credits = new Map();

  async function feed(jobs: readonly ActiveJob[]): Promise<void> {
    const listing = jobs.filter(isListing);
    for (const jobId of fedMs.keys()) if (!listing.some((job) => job.jobId === jobId)) fedMs.delete(jobId);
    for (const { jobId } of listing) {
      const nowMs = parts.clock.monotonicMs();
      if (nowMs - (fedMs.get(jobId) ?? Number.NEGATIVE_INFINITY) < feedEveryMs) continue;
      if (!hasRoom(jobs, jobId, parts.backlogBudgetBytes)) continue;
      const unfinished = await guard.attempt(jobId, () => parts.plans.shards(jobId), []);
      await parts.shards.add(unfinished.map(({ id }) => ({ version: 1, jobId, shardId: id })));
      fedMs.set(jobId, nowMs);
    }
  }

  const fleet = createFleetSight(parts);

  async function handOut(jobs: readonly ActiveJob[]): Promise<number> {
    const waiting = jobs.filter(({ state, pendingTasks }) => state === "running" && pendingTasks > 0);
    if (waiting.length === 0) return 0;
    const [workers, queued] = await Promise.all([fleet(), parts.tasks.waiting()]);
    const obstacle = parts.obstacle(workers);
    if (obstacle !== undefined) {
      const fault = new Fault("JOURNAL_FAILED", "path", { said: obstacle });
      for (const { jobId } of waiting) await handOutGuard.attempt(jobId, () => Promise.reject(fault), 0);
      return 0;
    }
    const shares = shareOut(waiting, depthFor(workers) - queued, credits);
    ({ credits } = shares);
    let handedOut = 0;
    for (const [jobId, count] of shares.tasks) {
      const pointers = await handOutGuard.attempt(jobId, () => parts.ledger.dispatch(jobId, count), []);
      await parts.tasks.add(pointers);
      handedOut += pointers.length;
    }
    return handedOut;
  }

  return async (jobs) => {
    await feed(jobs);
    const handedOut = await handOut(jobs);
    if (handedOut > 0) parts.meter.count("migration_dispatched_tasks_total", {}, handedOut);
    let left = 0;
    for (const { jobId } of jobs.filter(({ state, pendingTasks }) => state === "cancelling" && pendingTasks > 0)) {
      left += await guard.attempt(jobId, () => parts.ledger.dropBacklog(jobId, dropAtOnce), 0);
    }
    return handedOut > 0 || left > 0 ? "again" : "rest";
  };
}

/** The fleet as it was told of a moment ago. */
function createFleetSight({ workers, clock }: Pick<DispatcherParts, "workers" | "clock">) {
  let seen: readonly WorkerRecord[] = [];
  let readMs = Number.NEGATIVE_INFINITY;
  return async (): Promise<readonly WorkerRecord[]> => {
    if (clock.monotonicMs() - readMs < fleetFreshMs) return seen;
    const nowMs = clock.monotonicMs();
    seen = await workers.list();
    readMs = nowMs;
    return seen;
  };
}

function depthFor(workers: readonly WorkerRecord[]): number {
  const slots = workers.reduce((sum, { state, taskSlots }) => sum + (state === "running" ? taskSlots : 0), 0);
  return Math.max(smallestDepth, slots * depthPerSlot);
}
