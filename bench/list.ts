// npm run bench -- list [--json] [--keys N] [--lanes N] [--latency MS] [--runs N] [--space NAME]: how fast a flat bucket of random
// keys, or another space of keys, is listed by one master's listers, beside one lane and rclone. Listing alone: no Redis, tasks
// are thrown away.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { KeyScheme } from "../packages/emulators/src/core/bucket-config.ts";
import { createProcesses } from "../test/system/processes.ts";
import type { Store } from "../test/system/system.ts";
import { type Listed, listInLanes } from "./lib/list-lanes.ts";
import { cpuSeconds } from "./lib/processes.ts";
import { median, print, summarise } from "./lib/result.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    keys: { type: "string", default: "10000000" },
    lanes: { type: "string", default: "32" },
    latency: { type: "string", default: "50" },
    runs: { type: "string", default: "3" },
    emulators: { type: "string", default: "1" },
    space: { type: "string", default: "flat" },
  },
});
const spaces: Readonly<Record<string, Partial<KeyScheme>>> = {
  flat: { scheme: "flat-hex" },
  dates: { scheme: "dates", spread: "skewed" },
  "one-folder": { scheme: "folders", groups: 1 },
  chinese: { scheme: "chinese", spread: "skewed" },
  "long-prefix": { scheme: "flat-hex", prefix: `${"p".repeat(899)}/` },
};
const space = spaces[values.space];
if (space === undefined) throw new Error(`--space is one of ${Object.keys(spaces).join(", ")}, not ${values.space}`);
const [keys, lanes, latencyMs] = [Number(values.keys), Number(values.lanes), Number(values.latency)];
/** One lane and rclone take a second for some twenty thousand keys. */
const slowKeys = Math.min(keys, 500_000);
const emulatorMain = fileURLToPath(new URL("../packages/emulators/src/main.ts", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "causeway-bench-list-"));
const processes = createProcesses(folder);
const stores: Store[] = [];

async function setLatency(ms: number): Promise<void> {
  const rules = ms === 0 ? [] : [{ fault: "latency", ms }];
  for (const { url } of stores) {
    const answer = await fetch(`${url}/_emulator/faults`, { method: "PUT", body: JSON.stringify({ rules }) });
    if (answer.status !== 200) throw new Error(`the fault plan was refused: ${await answer.text()}`);
  }
}

function bucketOf(objects: number) {
  return { kind: "synthetic", objects, keys: space };
}

async function startStores(count: number): Promise<void> {
  const config = join(folder, "emulators.json");
  await writeFile(config, JSON.stringify({ s3: { buckets: { many: bucketOf(keys), few: bucketOf(slowKeys) } } }));
  for (let at = 0; at < count; at += 1) {
    const args = [emulatorMain, "--json", "--config", config];
    const command = {
      name: `emulators-${at}`,
      command: process.execPath,
      args,
      env: { PATH: process.env["PATH"] ?? "" },
    };
    stores.push(
      await processes.start(command, (line) =>
        line.startsWith("{") ? (JSON.parse(line) as { readonly s3: Store }).s3 : undefined,
      ),
    );
  }
}

/** All keys of a bucket, or an error: a run that lists too few or too many measures nothing. */
async function measured(
  bucket: "many" | "few",
  laneCount: number,
): Promise<Listed & { readonly storeCpuSeconds: number }> {
  const storeCpu = (): number => stores.reduce((sum, _, at) => sum + cpuSeconds(processes.pid(`emulators-${at}`)), 0);
  const before = storeCpu();
  const listed = await listInLanes(stores, bucket, laneCount);
  const expected = bucket === "many" ? keys : slowKeys;
  if (listed.keys !== expected) throw new Error(`${listed.keys} of ${expected} keys were listed`);
  const storeCpuSeconds = storeCpu() - before;
  console.log(
    `${bucket}, ${laneCount} lanes: ${listed.keys} keys in ${listed.seconds.toFixed(2)} s, CPU ${listed.cpuSeconds.toFixed(2)} s, store's CPU ${storeCpuSeconds.toFixed(2)} s, ${listed.shards} shards`,
  );
  return { ...listed, storeCpuSeconds };
}

async function rcloneSeconds(): Promise<number> {
  const [store] = stores;
  if (store === undefined) throw new Error("there is no store to list");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    RCLONE_CONFIG: join(folder, "none.conf"),
    RCLONE_CONFIG_BENCH_TYPE: "s3",
    RCLONE_CONFIG_BENCH_PROVIDER: "Other",
    RCLONE_CONFIG_BENCH_ENDPOINT: store.url,
    RCLONE_CONFIG_BENCH_REGION: store.region,
    RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: store.accessKeyId,
    RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: store.secretAccessKey,
    RCLONE_CONFIG_BENCH_LIST_VERSION: "2",
  };
  const startedAtMs = performance.now();
  const child = spawn("rclone", ["lsf", "--fast-list", "--recursive", "--files-only", "bench:few"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let lines = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  });
  const [code] = await once(child, "close");
  if (code !== 0 || lines !== slowKeys) throw new Error(`rclone ended with ${code} after ${lines} keys`);
  return (performance.now() - startedAtMs) / 1000;
}

try {
  await startStores(Number(values.emulators));
  await setLatency(0);
  await measured("few", lanes);
  const near = await measured("many", lanes);
  await setLatency(latencyMs);
  const runs: Listed[] = [];
  for (let run = 0; run < Number(values.runs); run += 1) runs.push(await measured("many", lanes));
  const oneLane = await measured("few", 1);
  const rclone = await rcloneSeconds();
  console.log(`few, rclone lsf --fast-list: ${slowKeys} keys in ${rclone.toFixed(2)} s`);
  const figures = runs.map((run) => ({
    keysPerSecond: keys / run.seconds,
    keysPerSecondPerCore: keys / near.cpuSeconds,
    keysPerSecondWithoutLatency: keys / near.seconds,
    keysPerSecondOneLane: slowKeys / oneLane.seconds,
    keysPerSecondRclone: slowKeys / rclone,
    storeCpuMsPerPage: (near.storeCpuSeconds * 1000) / (keys / 1000),
  }));
  const keysPerSecond = median(figures.map((figure) => figure.keysPerSecond));
  const ratios = {
    speedupVsOneLane: keysPerSecond / (slowKeys / oneLane.seconds),
    keysPerSecondVsRclone: keysPerSecond / (slowKeys / rclone),
  };
  print(summarise("list", figures, ratios));
} finally {
  await processes.stop();
  await rm(folder, { recursive: true, force: true });
}
