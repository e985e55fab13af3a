// npm run bench -- plan [--json] [--keys N] [--small-keys N] [--objects-per-task N] [--failing-of-thousand N]
// [--most-growth RATIO] [--short]: what Redis and the master take for a bucket of N keys (100 million) beside a small one (a hundredth).
// The small one is planned ten times, with --short once. Fails where one of them takes more than --most-growth times as much, or
// more than 512 MB. The small bucket has to be as large as a few hundred tasks, else what is measured is how fast the fleet starts.
// --short: a million keys beside 300,000.
import { parseArgs } from "node:util";
import { measurePlan, type PlanLeg, type PlanRun } from "./lib/plan-leg.ts";
import { print, resultOf } from "./lib/result.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    short: { type: "boolean", default: false },
    keys: { type: "string" },
    "small-keys": { type: "string" },
    "objects-per-task": { type: "string", default: "1000" },
    "failing-of-thousand": { type: "string", default: "1" },
    "most-growth": { type: "string", default: "1.2" },
  },
});

const keys = Number(values.keys ?? (values.short ? 1_000_000 : 100_000_000));
const smallKeys = Number(values["small-keys"] ?? (values.short ? 300_000 : Math.ceil(keys / 100)));
/** A key takes about 22 bytes in a manifest, so the small bucket reaches the watermark too. */
const watermarkBytes = Math.max(1_048_576, smallKeys * 20);
const mostBytes = 512 * 1024 * 1024;
const mostGrowth = Number(values["most-growth"]);

function millions(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function leg(name: string, count: number, jobs: number): Promise<PlanRun> {
  const plan: PlanLeg = {
    keys: count,
    jobs,
    failingOfThousand: Number(values["failing-of-thousand"]),
    objectsPerTask: Number(values["objects-per-task"]),
    watermarkBytes,
  };
  const run = await measurePlan(plan);
  console.log(
    `${name}: ${jobs} × ${count} keys in ${run.seconds.toFixed(0)} s; Redis ${millions(run.redisPeakBytes)} at most, ` +
      `${millions(run.redisLastBytes)} at the end; master ${millions(run.masterPeakRssBytes)}`,
  );
  return run;
}

const small = await leg("small", smallKeys, values.short ? 1 : 10);
const large = await leg("large", keys, 1);
const ratios = {
  redisPeak100MVs1M: large.redisPeakBytes / small.redisPeakBytes,
  masterPeak100MVs1M: large.masterPeakRssBytes / small.masterPeakRssBytes,
};
print(
  resultOf("plan", {
    runs: 1,
    figures: {
      keys,
      watermarkBytes,
      redisPeakBytes1M: small.redisPeakBytes,
      redisPeakBytes100M: large.redisPeakBytes,
      redisLastBytes100M: large.redisLastBytes,
      redisPeakRssBytes100M: large.redisPeakRssBytes,
      masterPeakRssBytes1M: small.masterPeakRssBytes,
      masterPeakRssBytes100M: large.masterPeakRssBytes,
      keysPerSecond: keys / large.seconds,
      masterCpuMicrosPerKey: (large.masterCpuSeconds * 1e6) / keys,
      redisCpuMicrosPerKey: (large.redisCpuSeconds * 1e6) / keys,
    },
    ratios,
  }),
);
const grown = Object.entries(ratios).filter(([, ratio]) => ratio > mostGrowth);
for (const [name, ratio] of grown) console.error(`${name} is ${ratio.toFixed(2)}, more than ${mostGrowth}`);
const largest = Math.max(large.redisPeakBytes, large.masterPeakRssBytes);
if (largest > mostBytes) console.error(`${largest} bytes are more than ${mostBytes}`);
if (grown.length > 0 || largest > mostBytes) process.exitCode = 1;
