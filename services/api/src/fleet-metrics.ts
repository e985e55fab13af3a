import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { ApiPorts } from "./api-ports.ts";

export interface FleetMetricsParts extends Pick<ApiPorts, "active" | "workers" | "isLedgerReachable"> {
  readonly meter: Meter;
  readonly clock: Clock;
}

/** Several scrapers ask the ledger no more often than this. */
const freshMs = 5000;
const jobStates = ["running", "paused", "cancelling", "settling"] as const;
const workerStates = ["running", "draining", "path-down"] as const;

/**
 * Makes the question that sets the gauges of the whole fleet, as the ledger has them, before metrics are read. Each API
 * process answers the same. While Redis is away they stay as they were.
 */
export function createFleetMetrics(parts: FleetMetricsParts): () => Promise<void> {
  let readMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (parts.clock.monotonicMs() - readMs < freshMs || !(await parts.isLedgerReachable())) return;
    readMs = parts.clock.monotonicMs();
    await measure(parts);
  };
}

async function measure({ active, workers, meter }: FleetMetricsParts): Promise<void> {
  const [jobs, records] = await Promise.all([active.active(), workers.list()]);
  const pending = sum(jobs.map(({ pendingTasks }) => pendingTasks));
  for (const state of jobStates)
    meter.gauge("migration_jobs", { state }, jobs.filter((job) => job.state === state).length);
  for (const state of workerStates) {
    meter.gauge("migration_workers", { state }, records.filter((worker) => worker.state === state).length);
  }
  meter.gauge("migration_tasks", { place: "pending" }, pending);
  meter.gauge("migration_tasks", { place: "dispatched" }, sum(jobs.map(({ openTasks }) => openTasks)) - pending);
  meter.gauge("migration_tasks", { place: "running" }, sum(records.map(({ tasksRunning }) => tasksRunning)));
  meter.gauge("migration_task_slots", {}, sum(records.map(({ taskSlots }) => taskSlots)));
  meter.gauge("migration_backlog_bytes", {}, sum(jobs.map(({ backlogBytes }) => backlogBytes)));
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
