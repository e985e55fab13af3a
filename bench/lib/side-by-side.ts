import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import type { BucketConfigInput } from "../../packages/emulators/src/core/bucket-config.ts";
import { hasEnded, sourceBucket, startSystem, type System } from "../../test/system/system.ts";
import { cpuSeconds, peakRssBytes, pin } from "./processes.ts";
import { createRclone, type Rclone, type ToolRun } from "./rclone.ts";

/** The same objects, copied by each tool in turn. */
export interface Leg {
  readonly objects: number;
  readonly sizeBytes: number;
  /** Jobs of ours before the first round, whose figures are told apart: V8 compiles what runs often, and services run for days. */
  readonly warmUps?: number;
  readonly rounds: number;
  /**
   * `copy`: rclone's defaults, which read nothing again. `bare`: told to hash nothing and to send each object in one piece, the least
   * that it can do. `checked`: reads both sides again and compares, so its target keeps the bytes.
   */
  readonly rclone: "copy" | "bare" | "checked";
  /** Further settings of our services. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface LegRuns {
  readonly warmUps: readonly OurRun[];
  readonly ours: readonly (Measured & OurRun)[];
  readonly rclone: readonly Measured[];
  /** What computed our CRC-64, and which proof of the source's objects had. */
  readonly crc64: string;
  readonly sourceProof: string;
}

export interface Measured extends ToolRun {
  /** CPU of both stores meanwhile: it counts for no tool. */
  readonly storesCpuSeconds: number;
}

/** A run of ours: whose CPU it was. */
export interface OurRun extends ToolRun {
  readonly workerCpuSeconds: number;
  readonly masterCpuSeconds: number;
  readonly redisCpuSeconds: number;
}

export const storesCore = 0;
export const toolsCore = 1;
const longestRunMs = 900_000;
export const rcloneBucket = "rclone-target";
const rcloneOptions = ["--transfers", "64", "--checkers", "64"];
const bareOptions = ["--s3-disable-checksum", "--s3-upload-cutoff", "5G"];

/**
 * Starts the whole system once, the stores on one core and everything of ours on another, and lets rclone and our job copy the
 * same synthetic bucket in turn: A B A B… Each copies into an empty place. rclone signs AWS' way only, so it writes
 * into a bucket of the S3 store and we into one of the OSS store; both buckets drop the bytes unless they are checked.
 */
export async function measureLeg(leg: Leg): Promise<LegRuns> {
  const { objects, sizeBytes, env = {} } = leg;
  const source: BucketConfigInput = {
    kind: "synthetic",
    objects,
    keys: { scheme: "sequential", prefix: "from/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  };
  const system = await startSystem({ workers: 1, source, target: { kind: "sink" }, env });
  const rclone = await createRclone(system.stores.s3);
  try {
    const stores = system.processes.pid("emulators");
    pin(stores, storesCore);
    for (const name of ["redis", "master-1", "worker-1", "api"]) pin(system.processes.pid(name), toolsCore);
    const measured = async <T>(run: () => Promise<T>): Promise<T & Pick<Measured, "storesCpuSeconds">> => {
      const before = cpuSeconds(stores);
      return { ...(await run()), storesCpuSeconds: cpuSeconds(stores) - before };
    };
    const runs = { warmUps: [] as OurRun[], ours: [] as (Measured & OurRun)[], rclone: [] as Measured[] };
    for (let run = 1; run <= (leg.warmUps ?? 0); run += 1) {
      runs.warmUps.push(await runOurs(system, `warm-up-${run}/`, objects));
    }
    for (let round = 1; round <= leg.rounds; round += 1) {
      await emptyBucket(system, leg.rclone === "checked" ? "plain" : "sink");
      runs.rclone.push(await measured(() => runRclone(rclone, leg.rclone)));
      runs.ours.push(await measured(() => runOurs(system, `run-${round}/`, objects)));
    }
    return { ...runs, ...(await whatRan(system)) };
  } finally {
    await rclone.close();
    await system.stop();
  }
}

async function runRclone(rclone: Rclone, how: Leg["rclone"]): Promise<ToolRun> {
  const [from, to] = [`source:${sourceBucket}`, `target:${rcloneBucket}`];
  const options = how === "bare" ? [...rcloneOptions, ...bareOptions] : rcloneOptions;
  const copied = await rclone.run(toolsCore, "copy", from, to, ...options);
  if (how !== "checked") return copied;
  const checked = await rclone.run(toolsCore, "check", "--download", from, to, ...rcloneOptions);
  return {
    seconds: copied.seconds + checked.seconds,
    cpuSeconds: copied.cpuSeconds + checked.cpuSeconds,
    peakRssBytes: Math.max(copied.peakRssBytes, checked.peakRssBytes),
  };
}

/** One job from its submission to its end; the CPU is that of worker, master and Redis together. */
export async function runOurs(system: System, prefix: string, objects: number, bucket = sourceBucket): Promise<OurRun> {
  const cpuOf = (name: string): number => cpuSeconds(system.processes.pid(name));
  const cpu = () => ({ worker: cpuOf("worker-1"), master: cpuOf("master-1"), redis: cpuOf("redis") });
  const before = cpu();
  const startedAtMs = performance.now();
  const job = system.job();
  const source = { ...(job["source"] as object), bucket };
  const target = { ...(job["target"] as object), prefix };
  const stats = await system.until(await system.submit({ ...job, source, target }), hasEnded, longestRunMs);
  const seconds = (performance.now() - startedAtMs) / 1000;
  if (stats.jobState !== "Succeed" || stats.objects.copied !== objects)
    throw new Error(`the job did not copy everything: ${JSON.stringify(stats)}`);
  const after = cpu();
  const workerCpuSeconds = after.worker - before.worker;
  const masterCpuSeconds = after.master - before.master;
  const redisCpuSeconds = after.redis - before.redis;
  return {
    seconds,
    cpuSeconds: workerCpuSeconds + masterCpuSeconds + redisCpuSeconds,
    workerCpuSeconds,
    masterCpuSeconds,
    redisCpuSeconds,
    peakRssBytes: peakRssBytes(system.processes.pid("worker-1")) ?? 0,
  };
}

export async function emptyBucket({ stores }: System, kind: "sink" | "plain"): Promise<void> {
  const url = `${stores.s3.url}/_emulator/buckets/${rcloneBucket}`;
  await fetch(url, { method: "DELETE" });
  const answer = await fetch(url, { method: "PUT", body: JSON.stringify({ kind }) });
  if (!answer.ok) throw new Error(`the bucket was refused: ${await answer.text()}`);
}

async function whatRan(system: System): Promise<Pick<LegRuns, "crc64" | "sourceProof">> {
  const crc64 = /"crc64":"([^"]+)"/.exec(await system.processes.log("worker-1"))?.[1] ?? "unknown";
  const journal = join(system.folder, "journal");
  for await (const entry of glob("*/parts/*/*.ndjson.gz", { cwd: journal })) {
    const text = gunzipSync(await readFile(join(journal, entry))).toString();
    return { crc64, sourceProof: /"proof":"([^"]+)"/.exec(text)?.[1] ?? "unknown" };
  }
  return { crc64, sourceProof: "unknown" };
}
