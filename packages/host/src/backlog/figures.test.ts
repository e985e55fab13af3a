import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActiveJob } from "@causeway/shared/ports/dispatch-ledger.ts";
import { figuresOf, metricLine } from "./figures.ts";

function job(state: ActiveJob["state"], openTasks: number): ActiveJob {
  const rest = { weight: 1, revision: 1, pendingTasks: 0, backlogBytes: 0, failureBytes: 0, listingDone: false };
  return { jobId: `job-${state}`, state, openTasks, ...rest };
}

test("only running jobs call for hosts, and processes of one host count once", () => {
  const workers = [{ host: "one" }, { host: "one" }, { host: "two" }];
  assert.deepEqual(figuresOf([job("running", 40), job("paused", 7), job("cancelling", 9)], workers), {
    openTasks: 40,
    workerHosts: 2,
  });
});

test("a line names every metric that it holds, and with no host the open tasks themselves call for the first", () => {
  const line = metricLine({ openTasks: 40, workerHosts: 0 }, { namespace: "Causeway", fleet: "tokyo", atMs: 1 });
  assert.deepEqual(JSON.parse(line), {
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: "Causeway",
          Dimensions: [["Fleet"]],
          Metrics: ["OpenTasks", "WorkerHosts", "OpenTasksPerHost"].map((Name) => ({ Name, Unit: "Count" })),
        },
      ],
    },
    Fleet: "tokyo",
    OpenTasks: 40,
    WorkerHosts: 0,
    OpenTasksPerHost: 40,
  });
});
