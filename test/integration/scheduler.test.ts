import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { asked } from "../system/asked.ts";
import type { System, SystemPlan } from "../system/system.ts";
import { type Rules, startIntegrityWorld } from "./integrity-world.ts";

const synthetic = (
  objects: number,
  sizes: NonNullable<Extract<SystemPlan["source"], { kind: "synthetic" }>["sizes"]>,
): NonNullable<SystemPlan["source"]> => ({
  kind: "synthetic",
  objects,
  keys: { scheme: "sequential", prefix: "from/" },
  sizes,
});
const small = { distribution: "fixed", bytes: 4096 } as const;
const pollMs = 100;

/** What the worker said of itself, and what OSS was asked, at one moment. */
interface Sight {
  readonly atMs: number;
  readonly allowed: number;
  readonly bodiesBytes: number;
  readonly puts: number;
  readonly refused: number;
}

/** Looks at worker and store again and again until `stop` is aborted. */
async function watch(system: System, stop: AbortSignal): Promise<readonly Sight[]> {
  const sights: Sight[] = [];
  const url = await metricsOf(system);
  while (!stop.aborted) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const { requests: puts, refused } = await asked(system.stores.oss, "PutObject");
    sights.push({
      atMs: performance.now(),
      allowed: gaugeIn(text, 'migration_connections{state="allowed"'),
      bodiesBytes: gaugeIn(text, "migration_bodies_bytes{"),
      puts,
      refused,
    });
    await sleep(pollMs);
  }
  return sights;
}

/** The worker says where it serves them once it has started. */
async function metricsOf(system: System): Promise<string> {
  for (;;) {
    const url = /"url":"(http:[^"]+)"/.exec(await system.processes.log("worker-1"))?.[1];
    if (url !== undefined) return url;
    await sleep(pollMs);
  }
}

function gaugeIn(text: string, start: string): number {
  const line = text.split("\n").find((found) => found.startsWith(start));
  return Number(line?.split(" ").at(-1) ?? 0);
}

/** The longest time without a PUT, from the first refusal on. */
function longestRestMs(sights: readonly Sight[]): number {
  let longestMs = 0;
  let since: Sight | undefined;
  for (const sight of sights.filter(({ refused }) => refused > 0)) {
    if (since === undefined || sight.puts !== since.puts) since = sight;
    longestMs = Math.max(longestMs, sight.atMs - since.atMs);
  }
  return longestMs;
}

async function watched<T>(system: System, work: () => Promise<T>): Promise<{ value: T; sights: readonly Sight[] }> {
  const stop = new AbortController();
  const watching = watch(system, stop.signal);
  const value = await work().finally(() => stop.abort());
  return { value, sights: await watching };
}

describe("how much is under way at once", { timeout: 600_000 }, () => {
  test("OSS' delay is obeyed by all of the worker; concurrency halves and climbs back; totals are exact", async (t) => {
    const plan = { source: synthetic(3000, small), env: { WORKER_CONNECTIONS: "32" } };
    const { system, run } = await startIntegrityWorld(t, plan);
    const throttled: Rules = [
      { fault: "503-with-delay", operation: "PutObject", delayMs: 3000, fromRequest: 400, times: 1 },
    ];
    const slow: Rules = [{ fault: "latency", operation: "GetObject", ms: 50 }];
    const { value, sights } = await watched(system, () => run({ s3: slow, oss: throttled }));
    assert.deepEqual([value.end.jobState, value.end.objects.copied, value.end.objects.failed], ["Succeed", 3000, 0]);
    assert.equal(value.end.bytes.copied, value.end.bytes.listed);
    assert.ok(longestRestMs(sights) >= 2500, `OSS rested ${longestRestMs(sights)} ms`);
    const lowest = sights.findIndex(({ allowed }) => allowed <= 16);
    assert.ok(lowest > 0, `allowed were ${sights.map(({ allowed }) => allowed).join(" ")}`);
    const highest = Math.max(...sights.slice(lowest).map(({ allowed }) => allowed));
    assert.equal(highest, 32, "the concurrency climbs back");
  });

  test("concurrency halves while the source answers far slower than before, and climbs back after", async (t) => {
    const plan = { source: synthetic(3000, small), env: { WORKER_CONNECTIONS: "32" } };
    const { system, run } = await startIntegrityWorld(t, plan);
    const slower: Rules = [
      { fault: "latency", operation: "GetObject", ms: 30 },
      { fault: "latency", operation: "GetObject", ms: 2000, fromRequest: 1000, toRequest: 1070 },
    ];
    const { value, sights } = await watched(system, () => run({ s3: slower }));
    assert.deepEqual([value.end.jobState, value.end.objects.copied, value.end.objects.failed], ["Succeed", 3000, 0]);
    const allowed = sights.map((sight) => sight.allowed);
    const lowest = allowed.findIndex((connections) => connections > 0 && connections <= 16);
    assert.ok(lowest > 0, `allowed were ${allowed.join(" ")}`);
    assert.equal(Math.max(...allowed.slice(lowest)), 32, "the concurrency climbs back");
  });

  test("an object that is throttled fifty times in a row is copied, at its first attempt", async (t) => {
    const { run } = await startIntegrityWorld(t, { source: synthetic(3, small) });
    const throttled: Rules = [{ fault: "503-with-delay", operation: "PutObject", delayMs: 20, timesPerKey: 50 }];
    const { end, outcomes } = await run({ oss: throttled });
    assert.deepEqual([end.jobState, end.objects.copied], ["Succeed", 3]);
    for (const { attempts } of outcomes.values()) assert.equal(attempts, 1);
  });

  test("parts that are throttled again and again arrive too", async (t) => {
    const large = { distribution: "fixed", bytes: 3_000_000 } as const;
    const { run } = await startIntegrityWorld(t, { source: synthetic(2, large), target: { kind: "sink" } });
    const operation = ["InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"];
    const throttled: Rules = [{ fault: "503-with-delay", operation, delayMs: 20, timesPerKey: 50 }];
    const { end, outcomes, leftUploads } = await run({ oss: throttled });
    assert.deepEqual([end.jobState, end.objects.copied, leftUploads], ["Succeed", 2, 0]);
    for (const { attempts } of outcomes.values()) assert.equal(attempts, 1);
  });

  test("the memory budget holds while objects of all sizes are under way", async (t) => {
    const budgetBytes = 16 * 1024 ** 2;
    const classes = [
      { bytes: 1024, weight: 80 },
      { bytes: 256 * 1024, weight: 15 },
      { bytes: 4 * 1024 ** 2, weight: 4 },
      { bytes: 24 * 1024 ** 2, weight: 1 },
    ];
    const { system, run } = await startIntegrityWorld(t, {
      source: synthetic(800, { distribution: "mixed", classes }),
      target: { kind: "sink" },
      env: { WORKER_MEMORY_BYTES: String(budgetBytes), WORKER_CONNECTIONS: "256" },
    });
    const { value, sights } = await watched(system, () => run({}));
    assert.deepEqual([value.end.jobState, value.end.objects.copied], ["Succeed", 800]);
    const most = Math.max(...sights.map(({ bodiesBytes }) => bodiesBytes));
    assert.ok(most > 0 && most <= budgetBytes, `${most} bytes were reserved`);
    const status = await readFile(`/proc/${system.processes.pid("worker-1")}/status`, "utf8");
    const peakBytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    t.diagnostic(`peak of the worker: ${Math.round(peakBytes / 1024 ** 2)} MiB`);
    // The process itself takes its share beside the budget.
    assert.ok(peakBytes < budgetBytes + 320 * 1024 ** 2, `${peakBytes} bytes at the peak`);
  });
});
