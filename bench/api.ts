// npm run bench -- api [--tasks N] [--json]: what the API takes while a fleet works: 200 jobs, 50 workers, a dashboard, 200 readers.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSystem } from "../test/system/system.ts";
import type { ClientQuestion, StreamState } from "./lib/api-clients.ts";
import type { FleetPlan } from "./lib/api-fleet.ts";
import { startChild } from "./lib/child.ts";
import { cpuSeconds, peakRssBytes } from "./lib/processes.ts";
import { percentile, print, resultOf } from "./lib/result.ts";

const { values } = parseArgs({
  options: { tasks: { type: "string", default: "1000000" }, json: { type: "boolean" }, short: { type: "boolean" } },
});
const plan: FleetPlan = { jobs: 200, workers: 50, tasks: values.short === true ? 20_000 : Number(values.tasks) };
const sseClients = 200;
const watchMs = 20_000;
const calls = { count: 3000, everyMs: 8 };

const system = await startSystem({ masters: 0, workers: 0, env: { API_REQUESTS_PER_SECOND: "0" } });
const fleet = startChild("api-fleet", [system.redisUrl, JSON.stringify(plan)]);
const [dashboard, readers, caller] = [startClients(), startClients(), startClients()];
try {
  const api = system.processes.pid("api");
  const seedingMs = performance.now();
  const bigJob = `/jobs/${String(await fleet.ask({ do: "seed" }))}`;
  const seedSeconds = (performance.now() - seedingMs) / 1000;
  await fleet.ask({ do: "move" });
  await statsTimes(bigJob, { count: 200, everyMs: 8 });
  const idleCpuShare = await cpuShareOf(api, watchMs);

  // A dashboard that shows the list, and one that shows a job.
  await dashboard.ask(open(["/events", `${bigJob}/events`]));
  await sleep(5000);
  const before = await look(dashboard);
  const dashboardCpuShare = await cpuShareOf(api, watchMs);
  const after = await look(dashboard);
  const [fleetBytes = 0, jobBytes = 0] = after.map(({ bytes }, at) => bytes - (before[at]?.bytes ?? 0));
  const times = await statsTimes(bigJob, calls);

  const paths = Array.from({ length: sseClients }, (_, at) => (at % 2 === 0 ? "/events" : `${bigJob}/events`));
  await readers.ask(open(paths));
  const readersCpuShare = await cpuShareOf(api, watchMs);
  const timesBesideReaders = await statsTimes(bigJob, calls);
  const reading = (await look(readers)).filter(({ isOpen, bytes }) => isOpen && bytes > 0);
  print(
    resultOf("api", {
      runs: 1,
      figures: {
        tasksRun: plan.tasks,
        seedSeconds,
        jobs: plan.jobs,
        workers: plan.workers,
        statsP50Ms: percentile(times, 0.5),
        statsP99Ms: percentile(times, 0.99),
        statsP99MsBesideReaders: percentile(timesBesideReaders, 0.99),
        idleCpuShare,
        dashboardCpuShare,
        fleetStreamBytesPerSecond: (fleetBytes / watchMs) * 1000,
        jobStreamBytesPerSecond: (jobBytes / watchMs) * 1000,
        sseClients: reading.length,
        readersCpuShare,
        apiRssBytes: peakRssBytes(api) ?? Number.NaN,
      },
      ratios: {},
    }),
  );
} finally {
  for (const child of [dashboard, readers, caller, fleet]) child.leave();
  await system.stop();
}

function startClients() {
  return startChild("api-clients", [system.apiUrl, system.apiKey]);
}

function open(paths: readonly string[]): ClientQuestion {
  return { do: "open", paths };
}

async function look(clients: typeof dashboard): Promise<readonly StreamState[]> {
  return (await clients.ask({ do: "look" } satisfies ClientQuestion)) as readonly StreamState[];
}

async function statsTimes(job: string, { count, everyMs }: typeof calls): Promise<readonly number[]> {
  const question: ClientQuestion = { do: "call", path: `${job}/stats`, count, everyMs };
  return (await caller.ask(question)) as readonly number[];
}

/** How much of one core the process took over this time. */
async function cpuShareOf(pid: number, ms: number): Promise<number> {
  const before = { cpu: cpuSeconds(pid), at: performance.now() };
  await sleep(ms);
  return (cpuSeconds(pid) - before.cpu) / ((performance.now() - before.at) / 1000);
}
