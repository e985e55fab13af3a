import type { ActiveJob } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { WorkerRecord } from "@causeway/shared/ports/worker-registry.ts";

/** How much there is to do, and for how many. */
export interface Figures {
  /** Tasks of running jobs that are planned and not yet done, those that a worker holds included. */
  readonly openTasks: number;
  /** Hosts with a worker that gives signs of life. */
  readonly workerHosts: number;
}

/** Paused and cancelled jobs need no further hosts. */
export function figuresOf(jobs: readonly ActiveJob[], workers: readonly Pick<WorkerRecord, "host">[]): Figures {
  const running = jobs.filter(({ state }) => state === "running");
  return {
    openTasks: running.reduce((sum, { openTasks }) => sum + openTasks, 0),
    workerHosts: new Set(workers.map(({ host }) => host)).size,
  };
}

export interface Metric {
  readonly namespace: string;
  /** Which fleet the figures are about: the metrics' one dimension. */
  readonly fleet: string;
  readonly atMs: number;
}

/**
 * One line in CloudWatch's embedded metric format: written to a group of logs, it becomes metrics. See AWS' document "Specification:
 * Embedded metric format".
 */
export function metricLine({ openTasks, workerHosts }: Figures, { namespace, fleet, atMs }: Metric): string {
  const metrics = ["OpenTasks", "WorkerHosts", "OpenTasksPerHost"].map((Name) => ({ Name, Unit: "Count" }));
  return JSON.stringify({
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [["Fleet"]], Metrics: metrics }],
    },
    Fleet: fleet,
    OpenTasks: openTasks,
    WorkerHosts: workerHosts,
    // No host at all must still call for the first.
    OpenTasksPerHost: openTasks / Math.max(1, workerHosts),
  });
}
