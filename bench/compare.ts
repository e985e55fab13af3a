// npm run bench -- compare [--short] [--json]: rclone and we copy the same objects in turn, each on one core, the stores on another.
// With --short it is made for CI: smaller, and it fails where a ratio got worse than its limit.
import { median, print, resultOf } from "./lib/result.ts";
import { measureLeg, type Leg, type LegRuns, type Measured } from "./lib/side-by-side.ts";

const isShort = process.argv.includes("--short");
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

const legs = {
  small: { objects: isShort ? 6_000 : 20_000, sizeBytes: 4096, rounds: isShort ? 3 : 5, rclone: "copy" },
  large: { objects: isShort ? 4 : 20, sizeBytes: 256 * MiB, rounds: isShort ? 2 : 3, rclone: "copy" },
  // rclone's target keeps every byte here, in memory, hence fewer objects.
  checked: { objects: isShort ? 2 : 8, sizeBytes: 256 * MiB, rounds: isShort ? 1 : 3, rclone: "checked" },
} as const satisfies Readonly<Record<string, Leg>>;

/** What a run on a busy machine stays under; what was measured is in docs/performance.md. */
const limits: Readonly<Record<string, number>> = {
  cpuPerSmallObjectVsRclone: 0.65,
  cpuPerGiBVsRclone: 0.8,
  cpuPerGiBWasmVsRclone: 1.2,
  cpuPerGiBVsRcloneChecked: 0.5,
};

const small = await measureLeg(legs.small);
const large = await measureLeg(legs.large);
const wasm = await measureLeg({ ...legs.large, env: { CRC64_ENGINE: "wasm" } });
const checked = await measureLeg(legs.checked);

const result = resultOf("compare", {
  runs: legs.small.rounds,
  figures: {
    causeway: {
      ...smallFigures(small.ours),
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
    rcloneChecked: { ...largeFigures(checked.rclone, legs.checked), peakRssBytes: peakOf(...checked.rclone) },
  },
  ratios: {
    cpuPerSmallObjectVsRclone: ratioOf(small),
    cpuPerGiBVsRclone: ratioOf(large),
    cpuPerGiBWasmVsRclone: ratioOf(wasm),
    cpuPerGiBVsRcloneChecked: ratioOf(checked),
  },
});
print(result);
for (const [name, limit] of Object.entries(limits)) {
  const ratio = result.ratios[name] ?? Number.NaN;
  if (!isShort || ratio <= limit) continue;
  console.error(`${name} is ${ratio.toFixed(2)}; more than ${limit} is a regression`);
  process.exitCode = 1;
}

/** The stores' CPU counts for no tool. The first run of ours is also given alone: its code is not compiled yet. */
function smallFigures(runs: readonly Measured[]) {
  const { objects } = legs.small;
  return {
    objectsPerSecond: medianOf(runs, ({ seconds }) => objects / seconds),
    cpuMicrosPerObject: medianOf(runs, ({ cpuSeconds }) => (cpuSeconds * 1e6) / objects),
    cpuMicrosPerObjectFirstRun: ((runs[0]?.cpuSeconds ?? Number.NaN) * 1e6) / objects,
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
