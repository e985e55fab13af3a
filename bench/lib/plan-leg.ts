import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { JobCounts } from "@causeway/shared/domain/job.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { hasEnded, type JobStats, startSystem, type System } from "../../test/system/system.ts";
import { cpuSeconds, peakRssBytes } from "./processes.ts";

/** A bucket of synthetic keys that is planned and committed without a byte copied. */
export interface PlanLeg {
  readonly keys: number;
  /** Jobs that plan it, one after the other. Resident memory goes up and down: the peak of seconds is not comparable with that of minutes. */
  readonly jobs: number;
  readonly failingOfThousand: number;
  readonly objectsPerTask: number;
  /** `BACKLOG_BYTES` of the master. The first job's commits begin when so much is planned. */
  readonly watermarkBytes: number;
}

export interface PlanRun {
  readonly seconds: number;
  /** The most that Redis had allocated at once, and what it had in the end. */
  readonly redisPeakBytes: number;
  readonly redisLastBytes: number;
  readonly redisPeakRssBytes: number;
  readonly masterPeakRssBytes: number;
  readonly masterCpuSeconds: number;
  readonly redisCpuSeconds: number;
}

interface Info {
  info(section: string): Promise<string>;
}

const noopWorker = fileURLToPath(new URL("noop-worker.ts", import.meta.url));
/** As `docker-compose.yml` starts a master. */
const masterOptions = "--max-semi-space-size=8 --max-old-space-size=256";
const pollMs = 200;
const reportEveryMs = 30_000;
const log = createLogger({ service: "bench", level: "fatal", version: "0" });

/** Real API, master and Redis over the emulator's bucket; the worker copies nothing and commits through the real ledger. */
export async function measurePlan(leg: PlanLeg): Promise<PlanRun> {
  const system = await startSystem({
    workers: 0,
    source: {
      kind: "synthetic",
      objects: leg.keys,
      keys: { scheme: "flat-hex", prefix: "from/" },
      // Many sizes, hence many ETags: a manifest compresses no better than that of a real bucket.
      sizes: { distribution: "lognormal", medianBytes: 4096, sigma: 0.8, maxBytes: 16_384 },
    },
    target: { kind: "sink" },
    env: { BACKLOG_BYTES: String(leg.watermarkBytes), NODE_OPTIONS: masterOptions },
  });
  const redis = connectRedis({ url: system.redisUrl, ca: undefined, whileAway: "wait", log });
  try {
    const startedAtMs = performance.now();
    const { jobs } = createRedisLedger(redis, { clock: createSystemClock(), holder: "bench" });
    for (let n = 1; n <= leg.jobs; n += 1) {
      const id = await system.submit(system.job({ tasks: { objectCountLimit: leg.objectsPerTask } }));
      if (n === 1) {
        while (isFilling(await jobs.counts(id), leg)) await sleep(pollMs);
        startNoopWorker(system, leg);
      }
      checkCounted(await untilEnd(system, id, redis), leg);
    }
    return { seconds: (performance.now() - startedAtMs) / 1000, ...measured(system, await redis.info("memory")) };
  } finally {
    redis.disconnect();
    await system.stop();
  }
}

function isFilling(counts: JobCounts | undefined, { watermarkBytes }: PlanLeg): boolean {
  const backlogBytes = counts?.backlogBytes ?? 0;
  if (backlogBytes >= watermarkBytes) return false;
  if (counts?.listingFinished === true) throw new Error(`all keys took ${backlogBytes} of ${watermarkBytes} bytes`);
  return true;
}

function startNoopWorker({ processes, redisUrl }: System, { failingOfThousand }: PlanLeg): void {
  processes.launch({
    name: "noop-worker",
    command: process.execPath,
    args: [noopWorker],
    env: { PATH: process.env["PATH"] ?? "", REDIS_URL: redisUrl, FAILING_OF_THOUSAND: String(failingOfThousand) },
  });
}

/** Over hours an API that does not answer for a moment is no end. */
async function untilEnd(system: System, id: string, redis: Info): Promise<JobStats> {
  let reportedAtMs = performance.now();
  for (;;) {
    await sleep(pollMs);
    const stats = await system.stats(id).catch(() => undefined);
    if (stats === undefined) continue;
    if (hasEnded(stats) || stats.jobState === "Paused") return stats;
    if (performance.now() - reportedAtMs < reportEveryMs) continue;
    reportedAtMs = performance.now();
    const { redisPeakBytes, masterPeakRssBytes } = measured(system, await redis.info("memory"));
    const { listed, copied, failed } = stats.objects;
    console.log(
      `${listed} listed, ${copied} committed, ${failed} failed, ${stats.pendingTasks} tasks wait; ` +
        `Redis ${redisPeakBytes} and master ${masterPeakRssBytes} bytes at most`,
    );
  }
}

function checkCounted(stats: JobStats, { keys, failingOfThousand }: PlanLeg): void {
  const { copied, failed } = stats.objects;
  const expected = (keys * failingOfThousand) / 1000;
  if (copied + failed !== keys || Math.abs(failed - expected) > expected / 10) {
    throw new Error(`not what was to be counted: ${JSON.stringify(stats)}`);
  }
}

function measured({ processes }: System, memory: string): Omit<PlanRun, "seconds"> {
  const [master, redis] = [processes.pid("master-1"), processes.pid("redis")];
  const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(memory)?.[1]);
  return {
    redisPeakBytes: figure("used_memory_peak"),
    redisLastBytes: figure("used_memory"),
    redisPeakRssBytes: peakRssBytes(redis) ?? 0,
    masterPeakRssBytes: peakRssBytes(master) ?? 0,
    masterCpuSeconds: cpuSeconds(master),
    redisCpuSeconds: cpuSeconds(redis),
  };
}
