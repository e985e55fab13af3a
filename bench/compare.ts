// npm run bench -- compare [--short] [--json]: rclone and we copy the same objects in turn, each on one core, the stores on another.
// It fails where a ratio misses its aim. With --short it is made for CI: smaller, and the limits are those of a busy machine.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, print, resultOf } from "./lib/result.ts";
import { measureLeg, type Leg, type LegRuns, type Measured } from "./lib/side-by-side.ts";

const isShort = process.argv.includes("--short");
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

const legs = {
  small: {
    objects: isShort ? 6_000 : 20_000,
    sizeBytes: 4096,
    warmUps: isShort ? 1 : 2,
    rounds: isShort ? 3 : 7,
    rclone: "copy",
  },
  large: { objects: isShort ? 4 : 20, sizeBytes: 256 * MiB, rounds: isShort ? 2 : 3, rclone: "copy" },
  bare: { objects: isShort ? 4 : 20, sizeBytes: 256 * MiB, rounds: 2, rclone: "bare" },
  // rclone's target keeps every byte here, in memory, hence fewer objects.
  checked: { objects: isShort ? 2 : 8, sizeBytes: 256 * MiB, rounds: isShort ? 1 : 3, rclone: "checked" },
} as const satisfies Readonly<Record<string, Leg>>;

/**
 * `aim`: what a whole run is to reach. `short`: what short runs on a machine busy with other work stay under, and a worker that got
 * half as dear again does not; what they were seen to reach is in docs/performance.md.
 */
const limits: Readonly<Record<string, { readonly aim: number; readonly short: number }>> = {
  cpuPerSmallObjectVsRclone: { aim: 0.25, short: 0.6 },
  cpuPerGiBVsRclone: { aim: 1, short: 0.4 },
  cpuPerGiBWasmVsRclone: { aim: 1.5, short: 0.5 },
  cpuPerGiBVsRcloneChecked: { aim: 0.4, short: 0.4 },
};

// As in the image, where a C compiler is; without one the native legs say `wasm` too.
execFileSync(process.execPath, [fileURLToPath(new URL("../packages/shared/native/build.mjs", import.meta.url))]);

const small = await measured("small objects", legs.small);
const large = await measured("large objects", legs.large);
const wasm = await measured("large objects, WASM", { ...legs.large, env: { CRC64_ENGINE: "wasm" } });
const bare = await measured("large objects, rclone at its barest", legs.bare);
const checked = await measured("large objects, checked", legs.checked);

const result = resultOf("compare", {
  runs: legs.small.rounds,
  figures: {
    causeway: {
      ...smallFigures(small.ours),
      cpuMicrosPerObjectFirstRun: ((small.warmUps[0]?.cpuSeconds ?? Number.NaN) * 1e6) / legs.small.objects,
      workerCpuMicrosPerObject: medianOf(small.ours, (run) => (run.workerCpuSeconds * 1e6) / legs.small.objects),
      masterCpuMicrosPerObject: medianOf(small.ours, (run) => (run.masterCpuSeconds * 1e6) / legs.small.objects),
      redisCpuMicrosPerObject: medianOf(small.ours, (run) => (run.redisCpuSeconds * 1e6) / legs.small.objects),
      ...largeFigures(large.ours, legs.large),
      peakRssBytes: peakOf(...small.ours, ...large.ours),
      sourceProofSmall: small.sourceProof,
      sourceProofLarge: large.sourceProof,
      crc64: large.crc64,
    },
    causewayWasm: { ...largeFigures(wasm.ours, legs.large), peakRssBytes: peakOf(...wasm.ours), crc64: wasm.crc64 },
    rclone: {
      ...smallFigures(small.rclone),
      ...largeFigures(large.rclone, legs.large),
      peakRssBytes: peakOf(...small.rclone, ...large.rclone),
    },
    rcloneBare: { ...largeFigures(bare.rclone, legs.bare), peakRssBytes: peakOf(...bare.rclone) },
    rcloneChecked: { ...largeFigures(checked.rclone, legs.checked), peakRssBytes: peakOf(...checked.rclone) },
  },
  ratios: {
    cpuPerSmallObjectVsRclone: ratioOf(small),
    cpuPerGiBVsRclone: ratioOf(large),
    cpuPerGiBWasmVsRclone: ratioOf(wasm),
    cpuPerGiBVsRcloneChecked: ratioOf(checked),
    cpuPerGiBVsRcloneBare: ratioOf(bare),
  },
});
print(result);
for (const [name, { aim, short }] of Object.entries(limits)) {
  const limit = isShort ? short : aim;
  const ratio = result.ratios[name] ?? Number.NaN;
  if (ratio <= limit) continue;
  console.error(`${name} is ${ratio.toFixed(2)}; it must not be more than ${limit}`);
  process.exitCode = 1;
}

async function measured(name: string, leg: Leg): Promise<LegRuns> {
  const runs = await measureLeg(leg);
  console.log(`${name}: CPU of ours ÷ rclone's ${ratioOf(runs).toFixed(2)}`);
  return runs;
}

/** The stores' CPU counts for no tool. */
function smallFigures(runs: readonly Measured[]) {
  const { objects } = legs.small;
  return {
    objectsPerSecond: medianOf(runs, ({ seconds }) => objects / seconds),
    cpuMicrosPerObject: medianOf(runs, ({ cpuSeconds }) => (cpuSeconds * 1e6) / objects),
    storesCpuMicrosPerObject: medianOf(runs, ({ storesCpuSeconds }) => (storesCpuSeconds * 1e6) / objects),
  };
}

function largeFigures(runs: readonly Measured[], { objects, sizeBytes }: Leg) {
  const bytes = objects * sizeBytes;
  return {
    bytesPerSecond: medianOf(runs, ({ seconds }) => bytes / seconds),
    cpuSecondsPerGiB: medianOf(runs, ({ cpuSeconds }) => (cpuSeconds * GiB) / bytes),
    storesCpuSecondsPerGiB: medianOf(runs, ({ storesCpuSeconds }) => (storesCpuSeconds * GiB) / bytes),
  };
}

function medianOf<Run>(runs: readonly Run[], figure: (run: Run) => number): number {
  return median(runs.map(figure));
}

function peakOf(...runs: readonly Measured[]): number {
  return Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes));
}

function ratioOf({ ours, rclone }: LegRuns): number {
  return medianOf(ours, ({ cpuSeconds }) => cpuSeconds) / medianOf(rclone, ({ cpuSeconds }) => cpuSeconds);
}
