import type { FaultPlanInput } from "../../packages/emulators/src/core/faults.ts";
import { sourceBucket, startSystem } from "../../test/system/system.ts";
import { coreBusySeconds, pin } from "./processes.ts";
import { type Alone, timeAlone } from "./one-object.ts";
import { createRclone, type ToolRun } from "./rclone.ts";
import { emptyBucket, rcloneBucket, runOurs, storesCore, toolsCore } from "./side-by-side.ts";

/** Objects copied while both stores answer late. */
export interface Late {
  readonly objects: number;
  readonly sizeBytes: number;
  /** So many of the size are copied by ours before: V8 compiles what runs often, and services run for days. */
  readonly warmUpObjects: number;
  /** Of our worker, and as many transfers of rclone. */
  readonly connections: number;
  readonly latencyMs: number;
  /** What each connection carries at most; undefined: all it can. */
  readonly bytesPerSecond: number | undefined;
  /** Further settings of our services. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface LateRun extends ToolRun {
  /** In which share of the time each core had something to do, whoever's it was. Near 1 that core was the limit. */
  readonly toolsCoreShare: number;
  readonly storesCoreShare: number;
}

export interface LateRuns {
  readonly ours: LateRun;
  readonly rclone: LateRun;
  readonly alone: Alone;
}

const warmUpBucket = "warm-up-bucket";

/** One run of ours, and one of rclone. Times are from the start of the tool, or the submission of the job, to its end. */
export async function measureLate(late: Late): Promise<LateRuns> {
  const { objects, sizeBytes, warmUpObjects, connections } = late;
  const shape = {
    kind: "synthetic",
    keys: { scheme: "sequential", prefix: "from/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  } as const;
  const system = await startSystem({
    workers: 1,
    source: { ...shape, objects },
    moreSources: { [warmUpBucket]: { ...shape, objects: warmUpObjects } },
    target: { kind: "sink" },
    storesApart: true,
    env: { ...late.env, WORKER_CONNECTIONS: String(connections) },
  });
  const rclone = await createRclone(system.stores.s3);
  try {
    const stores = ["emulators", "oss"].map((name) => system.processes.pid(name));
    for (const store of stores) pin(store, storesCore);
    for (const name of ["redis", "master-1", "worker-1", "api"]) pin(system.processes.pid(name), toolsCore);
    await emptyBucket(system, "sink");
    await Promise.all([system.faults("s3", planOf(late)), system.faults("oss", planOf(late))]);
    const { bytesPerSecond } = late;
    const alone = bytesPerSecond === undefined ? await timeAlone(system) : pacedAlone(sizeBytes / bytesPerSecond);
    const options = ["--transfers", String(connections), "--checkers", String(connections)];
    const copyByRclone = () =>
      rclone.run(toolsCore, "copy", `source:${sourceBucket}`, `target:${rcloneBucket}`, ...options);
    if (warmUpObjects > 0) await runOurs(system, "warm-up/", warmUpObjects, warmUpBucket);
    return {
      alone,
      ours: await measured(() => runOurs(system, "late/", objects)),
      rclone: await measured(copyByRclone),
    };
  } finally {
    await rclone.close();
    await system.stop();
  }
}

/** A body that is paced takes as long on either side. */
function pacedAlone(seconds: number): Alone {
  return { readSeconds: seconds, writeSeconds: seconds };
}

/** Runs a tool and looks how busy it keeps the cores. */
async function measured(run: () => Promise<ToolRun>): Promise<LateRun> {
  const before = { tools: coreBusySeconds(toolsCore), stores: coreBusySeconds(storesCore) };
  const took = await run();
  return {
    ...took,
    toolsCoreShare: (coreBusySeconds(toolsCore) - before.tools) / took.seconds,
    storesCoreShare: (coreBusySeconds(storesCore) - before.stores) / took.seconds,
  };
}

function planOf({ latencyMs, bytesPerSecond }: Late): FaultPlanInput {
  const late = { fault: "latency", ms: latencyMs } as const;
  if (bytesPerSecond === undefined) return { rules: [late] };
  const operation = ["GetObject", "PutObject", "UploadPart"];
  return { rules: [late, { fault: "bandwidth", operation, bytesPerSecond }] };
}
