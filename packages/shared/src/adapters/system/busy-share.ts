import { performance } from "node:perf_hooks";

/** Gives a function that answers in which share of the time since its last call the event loop had work, 0 to 1. */
export function createBusyShare(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
