// npm run bench -- latency [--short] [--json]: both stores answer 50 ms late; how much of what the connections allow is reached.
import { print, resultOf } from "./lib/result.ts";
import { type Late, type LateRun, type LateRuns, measureLate } from "./lib/late.ts";

const isShort = process.argv.includes("--short");
const MiB = 1024 ** 2;

const latencyMs = 50;
const few: Late = {
  objects: isShort ? 4_000 : 20_000,
  sizeBytes: 4096,
  warmUpObjects: isShort ? 0 : 20_000,
  connections: 64,
  latencyMs,
  bytesPerSecond: undefined,
};
/** With room for what 512 objects under way make, as docs/operations.md says. */
const roomy = { NODE_OPTIONS: "--max-semi-space-size=32" };
const many: Late = { ...few, objects: isShort ? 8_000 : 200_000, connections: 512, env: roomy };
/** Each connection is paced to this, so the stated bandwidth is this times the connections that large bodies may have. */
const paced = 4 * MiB;
const large: Late = {
  // As many for each connection, so that all of them end together.
  objects: isShort ? 16 : 64,
  sizeBytes: 32 * MiB,
  warmUpObjects: 0,
  connections: 16,
  latencyMs,
  bytesPerSecond: paced,
};

const at64 = await measureLate(few);
const at512 = await measureLate(many);
const atBandwidth = await measureLate(large);
const largeConnections = large.connections / 2;

print(
  resultOf("latency", {
    runs: 1,
    figures: {
      millisecondsPerObject: at64.secondsPerObject * 1000,
      causeway64: objectFigures(at64.ours, few),
      rclone64: objectFigures(at64.rclone, few),
      causeway512: objectFigures(at512.ours, many),
      rclone512: objectFigures(at512.rclone, many),
      causewayLarge: { bytesPerSecond: (large.objects * large.sizeBytes) / atBandwidth.ours.seconds },
      rcloneLarge: { bytesPerSecond: (large.objects * large.sizeBytes) / atBandwidth.rclone.seconds },
    },
    ratios: {
      ofPossibleAt64: shareOf(at64, few),
      ofPossibleAt512: shareOf(at512, many),
      ofBandwidth: (large.objects * large.sizeBytes) / atBandwidth.ours.seconds / (paced * largeConnections),
    },
  }),
);

function objectFigures(run: LateRun, { objects }: Late) {
  const { seconds, cpuSeconds, toolsCoreShare, storesCoreShare } = run;
  return {
    objectsPerSecond: objects / seconds,
    cpuLimitObjectsPerSecond: cpuLimitOf(run, objects),
    cpuShare: cpuSeconds / seconds,
    toolsCoreShare,
    storesCoreShare,
  };
}

/** What the busier of the two cores, the tool's and the stores', could do if it never waited. */
function cpuLimitOf({ seconds, toolsCoreShare, storesCoreShare }: LateRun, objects: number): number {
  return objects / (Math.max(toolsCoreShare, storesCoreShare) * seconds);
}

/**
 * What was reached of `connections ÷ time per object`, or of the CPU's limit where that is less; start and end of the job counted
 * in. The time is that of an object alone, at least the two late answers.
 */
function shareOf({ ours, secondsPerObject }: LateRuns, { objects, connections }: Late): number {
  const possible = Math.min(connections / secondsPerObject, cpuLimitOf(ours, objects));
  return objects / ours.seconds / possible;
}
