// npm run bench -- latency [--short] [--json]: both stores answer late; how much of what connections and CPU allow is reached.
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
  isCompared: true,
};
/** With room for what 512 objects under way make, as docs/operations.md says. */
const roomy = { NODE_OPTIONS: "--max-semi-space-size=32" };
const many: Late = { ...few, objects: isShort ? 8_000 : 200_000, connections: 512, env: roomy };
/** Where two cores are as fast as 512 connections at 50 ms, both limits come together there: here each of them stands alone. */
const later: Late = { ...many, objects: many.objects / 2, latencyMs: 2 * latencyMs, isCompared: false };
const more: Late = { ...many, connections: 2 * many.connections, isCompared: false };
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
  isCompared: true,
};

const at64 = await measureLate(few);
const at512 = await measureLate(many);
const at512Later = await measureLate(later);
const at1024 = await measureLate(more);
const atBandwidth = await measureLate(large);
const largeConnections = large.connections / 2;
const largeBytes = large.objects * large.sizeBytes;

print(
  resultOf("latency", {
    runs: 1,
    figures: {
      millisecondsPerObject: at64.secondsPerObject * 1000,
      ...figuresOf("64", at64, objectFigures(few)),
      ...figuresOf("512", at512, objectFigures(many)),
      ...figuresOf("512At100Ms", at512Later, objectFigures(later)),
      ...figuresOf("1024", at1024, objectFigures(more)),
      ...figuresOf("Large", atBandwidth, ({ seconds }) => ({ bytesPerSecond: largeBytes / seconds })),
    },
    ratios: {
      ofPossibleAt64: shareOf(at64, few),
      ofPossibleAt512: shareOf(at512, many),
      ofPossibleAt512Of100Ms: shareOf(at512Later, later),
      ofPossibleAt1024: shareOf(at1024, more),
      ofBandwidth: largeBytes / atBandwidth.ours.seconds / (paced * largeConnections),
    },
  }),
);

type Figures = Readonly<Record<string, number>>;

/** Each tool's figures, under its name. */
function figuresOf(what: string, { ours, rclone }: LateRuns, of: (run: LateRun) => Figures): Record<string, Figures> {
  return { [`causeway${what}`]: of(ours), ...(rclone && { [`rclone${what}`]: of(rclone) }) };
}

function objectFigures({ objects }: Late): (run: LateRun) => Figures {
  return (run) => ({
    objectsPerSecond: objects / run.seconds,
    cpuLimitObjectsPerSecond: cpuLimitOf(run, objects),
    cpuShare: run.cpuSeconds / run.seconds,
    toolsCoreShare: run.toolsCoreShare,
    storesCoreShare: run.storesCoreShare,
  });
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
