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
};
/** With room for what a thousand objects under way make, as docs/operations.md says. */
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
const largeBytes = large.objects * large.sizeBytes;

print(
  resultOf("latency", {
    runs: 1,
    figures: {
      millisecondsToRead: at64.alone.readSeconds * 1000,
      millisecondsToWrite: at64.alone.writeSeconds * 1000,
      ...figuresOf("64", at64, objectFigures(few)),
      ...figuresOf("512", at512, objectFigures(many)),
      ...figuresOf("Large", atBandwidth, ({ seconds }) => ({ bytesPerSecond: largeBytes / seconds })),
    },
    ratios: {
      ...sharesOf("64", at64, few),
      ...sharesOf("512", at512, many),
      ofBandwidth: largeBytes / atBandwidth.ours.seconds / (paced * largeConnections),
    },
  }),
);

type Figures = Readonly<Record<string, number>>;

/** Each tool's figures, under its name. */
function figuresOf(what: string, { ours, rclone }: LateRuns, of: (run: LateRun) => Figures): Record<string, Figures> {
  return { [`causeway${what}`]: of(ours), [`rclone${what}`]: of(rclone) };
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
 * What was reached of what connections and CPU allow; start and end of the job counted in. `ofPossible` reckons as if a
 * connection did nothing before its object was read and written (`connections ÷ time per object`), `ofBothSides` as if each
 * one, to the source and to the target, never rested.
 */
function sharesOf(what: string, { ours, alone }: LateRuns, { objects, connections }: Late): Figures {
  const { readSeconds, writeSeconds } = alone;
  const cpuLimit = cpuLimitOf(ours, objects);
  const perSecond = objects / ours.seconds;
  return {
    [`ofPossibleAt${what}`]: perSecond / Math.min(connections / (readSeconds + writeSeconds), cpuLimit),
    [`ofBothSidesAt${what}`]: perSecond / Math.min(connections / Math.max(readSeconds, writeSeconds), cpuLimit),
  };
}
