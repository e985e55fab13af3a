import { hasEnded, startSystem } from "../../test/system/system.ts";
import type { BucketConfigInput } from "../../packages/emulators/src/core/bucket-config.ts";
import { cpuSeconds, peakRssBytes } from "./processes.ts";

export interface CopyPlan {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly workers: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What one run of a copy job took, of the worker processes alone. */
export interface CopyRun {
  readonly seconds: number;
  readonly workerCpuSeconds: number;
  readonly peakRssBytes: number;
}

const longestRunMs = 600_000;

/**
 * Copies a synthetic bucket into a sink bucket, `runs` times and once before to warm up, each time under another prefix. The
 * stores share the machine; their time is in `seconds`, not in `workerCpuSeconds`.
 */
export async function measureCopies(plan: CopyPlan, runs: number): Promise<readonly CopyRun[]> {
  const { objects, sizeBytes, workers, env = {} } = plan;
  const source: BucketConfigInput = {
    kind: "synthetic",
    objects,
    keys: { scheme: "sequential", prefix: "from/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  };
  const system = await startSystem({ workers, source, target: { kind: "sink" }, env });
  const pids = Array.from({ length: workers }, (_, index) => system.processes.pid(`worker-${index + 1}`));
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const measured: CopyRun[] = [];
  try {
    for (let run = 0; run <= runs; run += 1) {
      const job = system.job();
      const target = { ...(job["target"] as object), prefix: `run-${run}/` };
      const cpuBefore = cpu();
      const startedAtMs = performance.now();
      const stats = await system.until(await system.submit({ ...job, target }), hasEnded, longestRunMs);
      const seconds = (performance.now() - startedAtMs) / 1000;
      if (stats.jobState !== "Succeed" || stats.objects.copied !== objects)
        throw new Error(`the job did not copy everything: ${JSON.stringify(stats)}`);
      const rss = Math.max(...pids.map((pid) => peakRssBytes(pid) ?? 0));
      if (run > 0) measured.push({ seconds, workerCpuSeconds: cpu() - cpuBefore, peakRssBytes: rss });
    }
  } finally {
    await system.stop();
  }
  return measured;
}
