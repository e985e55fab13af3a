// npm run bench -- mixed [--short] [--json]: large and small objects together; does the worker keep to its memory? Fails if not.
import type { BucketConfigInput } from "../packages/emulators/src/core/bucket-config.ts";
import { startSystem } from "../test/system/system.ts";
import { print, resultOf } from "./lib/result.ts";
import { runOurs } from "./lib/side-by-side.ts";

const isShort = process.argv.includes("--short");
const MiB = 1024 ** 2;

/** One object of 64 MiB for a hundred of 1 KiB. */
const objects = isShort ? 4_040 : 101_000;
const budgetBytes = 64 * MiB;
/** What the process itself may take beside its budget for bodies. */
const besideBytes = 150_000_000;

const source: BucketConfigInput = {
  kind: "synthetic",
  objects,
  keys: { scheme: "sequential", prefix: "from/" },
  sizes: {
    distribution: "mixed",
    classes: [
      { bytes: 64 * MiB, weight: 1 },
      { bytes: 1024, weight: 100 },
    ],
  },
};
const env = { WORKER_MEMORY_BYTES: String(budgetBytes) };
const system = await startSystem({ workers: 1, source, target: { kind: "sink" }, env });
const run = await measured();
const peakRssVsAllowed = run.peakRssBytes / (budgetBytes + besideBytes);
print(
  resultOf("mixed", {
    runs: 1,
    figures: { objects, objectsPerSecond: objects / run.seconds, peakRssBytes: run.peakRssBytes, budgetBytes },
    ratios: { peakRssVsAllowed },
  }),
);
if (peakRssVsAllowed > 1) {
  console.error(`the worker took ${run.peakRssBytes} bytes, more than its budget and ${besideBytes} beside it`);
  process.exitCode = 1;
}

async function measured() {
  try {
    return await runOurs(system, "mixed/", objects);
  } finally {
    await system.stop();
  }
}
