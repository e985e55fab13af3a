// npm run bench -- api [--tasks N] [--json]: what the API takes while a fleet works: 200 jobs, 50 workers, a dashboard, 200 readers.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSystem } from "../test/system/system.ts";
import { percentile, readStream, timeCalls } from "./lib/api-readers.ts";
import { seedFleet } from "./lib/api-seed.ts";
import { cpuSeconds, peakRssBytes } from "./lib/processes.ts";
import { print, resultOf } from "./lib/result.ts";

const { values } = parseArgs({
  options: { tasks: { type: "string", default: "1000000" }, json: { type: "boolean" }, short: { type: "boolean" } },
});
const tasks = values.short === true ? 20_000 : Number(values.tasks);
const plan = { jobs: 200, workers: 50, tasks };
const sseClients = 200;
const watchMs = 20_000;

const system = await startSystem({ masters: 0, workers: 0, env: { API_REQUESTS_PER_SECOND: "0" } });
try {
  const fleet = await seedFleet(system.redisUrl, plan);
  const api = system.processes.pid("api");
  const stats = `/jobs/${fleet.bigJobId}/stats`;
  fleet.start();
  await timeCalls(system, stats, 200);
  const idleCpuShare = await cpuShareOf(api, watchMs);

  // A dashboard that shows the list, and one that shows a job.
  const dashboard = [await readStream(system, "/events"), await readStream(system, `/jobs/${fleet.bigJobId}/events`)];
  await sleep(5000);
  const bytesBefore = dashboard.map((stream) => stream.bytes());
  const dashboardCpuShare = await cpuShareOf(api, watchMs);
  const [fleetBytes = 0, jobBytes = 0] = dashboard.map((stream, at) => stream.bytes() - (bytesBefore[at] ?? 0));
  const times = await timeCalls(system, stats, 3000);

  const readers = await Promise.all(
    Array.from({ length: sseClients }, (_, at) =>
      readStream(system, at % 2 === 0 ? "/events" : `/jobs/${fleet.bigJobId}/events`),
    ),
  );
  const readersCpuShare = await cpuShareOf(api, watchMs);
  const open = readers.filter((reader) => reader.isOpen() && reader.bytes() > 0).length;
  for (const reader of [...dashboard, ...readers]) reader.leave();
  await fleet.stop();
  print(
    resultOf("api", {
      runs: 1,
      figures: {
        tasksRun: tasks,
        jobs: plan.jobs,
        workers: plan.workers,
        statsP50Ms: percentile(times, 0.5),
        statsP99Ms: percentile(times, 0.99),
        idleCpuShare,
        dashboardCpuShare,
        fleetStreamBytesPerSecond: (fleetBytes / watchMs) * 1000,
        jobStreamBytesPerSecond: (jobBytes / watchMs) * 1000,
        sseClients: open,
        readersCpuShare,
        apiRssBytes: peakRssBytes(api) ?? Number.NaN,
      },
      ratios: {},
    }),
  );
} finally {
  await system.stop();
}

/** How much of one core the process took over this time. */
async function cpuShareOf(pid: number, ms: number): Promise<number> {
  const before = { cpu: cpuSeconds(pid), at: performance.now() };
  await sleep(ms);
  return (cpuSeconds(pid) - before.cpu) / ((performance.now() - before.at) / 1000);
}
