// npm run bench -- split [--json] [--bytes N]: one large object over one and over four worker processes, and with one killed.
//
// The source gives every connection the same bandwidth, and every process has as many connections, so each process may
// reach 32 MB/s. Four of them stay well below what two cores and the stores can do: what is measured is how evenly the
// object is shared out, and what its beginning and its completion cost.
import { setTimeout as sleep } from "node:timers/promises";
import { asked } from "../test/system/asked.ts";
import { hasEnded, startSystem, type System } from "../test/system/system.ts";
import { print, resultOf } from "./lib/result.ts";

const bytesPerSecondOfConnection = 2_000_000;
/** Four tasks with four parts each, the worker's defaults. */
const connectionsOfProcess = 16;
const usualBytes = 20 * 1024 ** 3;
/** Of 16 MiB at the usual size; a smaller object has as many, smaller ones. */
const partCount = 1280;
const leastBytes = 256 * 1024 ** 2;
const longestRunMs = 3_600_000;

const sizeBytes = bytesWanted(process.argv);

interface Run {
  readonly seconds: number;
  readonly extraBytes: number;
}

const largeObjects = {
  multipartThreshold: 1024 ** 2,
  spreadThreshold: 1024 ** 2,
  partSize: Math.ceil(sizeBytes / partCount),
};

/** Copies the object once; `act` is called when half of it is there. */
async function copy(workers: number, act?: (system: System) => Promise<void>): Promise<Run> {
  const system = await startSystem({
    workers,
    source: {
      kind: "synthetic",
      objects: 1,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: sizeBytes },
    },
    target: { kind: "sink" },
    env: { WORKER_CONNECTIONS: String(2 * connectionsOfProcess) },
  });
  try {
    await system.faults("s3", {
      rules: [{ fault: "bandwidth", operation: "GetObject", bytesPerSecond: bytesPerSecondOfConnection }],
    });
    const startedAtMs = performance.now();
    const id = await system.submit(system.job({ largeObjects }));
    if (act !== undefined) {
      while ((await bytesOf(system, "oss", "UploadPart")) < sizeBytes / 2) await sleep(100);
      await act(system);
    }
    const { jobState, bytes } = await system.until(id, hasEnded, longestRunMs);
    if (jobState !== "Succeed" || bytes.copied !== sizeBytes) throw new Error(`the object did not arrive: ${jobState}`);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const read = await bytesOf(system, "s3", "GetObject");
    const written = await bytesOf(system, "oss", "UploadPart");
    const extraBytes = Math.max(read, written) - sizeBytes;
    const said = act === undefined ? "" : ", one killed half-way";
    console.log(`${workers} processes${said}: ${seconds.toFixed(1)} s, ${extraBytes} extra bytes`);
    return { seconds, extraBytes };
  } finally {
    await system.stop();
  }
}

async function bytesOf(system: System, store: "s3" | "oss", operation: string): Promise<number> {
  const { bytesSent, bytesReceived } = await asked(system.stores[store], operation);
  return store === "s3" ? bytesSent : bytesReceived;
}

function bytesWanted(args: readonly string[]): number {
  const at = args.indexOf("--bytes");
  const wanted = at < 0 ? usualBytes : Number(args[at + 1]);
  if (!Number.isSafeInteger(wanted) || wanted < leastBytes) throw new Error(`--bytes takes ${leastBytes} or more`);
  return wanted;
}

/** What four processes reach is compared with the speed that their stores allow one, so that a slow run of one flatters nobody. */
const bytesPerSecondOfProcess = bytesPerSecondOfConnection * connectionsOfProcess;
const leastSpeedup = 3.5;
const mostExtraShare = 0.02;

const one = await copy(1);
const four = await copy(4);
const killed = await copy(4, (system) => system.processes.kill("worker-1"));
const ratios = {
  speedup4: one.seconds / four.seconds,
  speedup4OfBandwidth: sizeBytes / bytesPerSecondOfProcess / four.seconds,
  oneOfBandwidth: sizeBytes / bytesPerSecondOfProcess / one.seconds,
  extraShareAfterKill: killed.extraBytes / sizeBytes,
};
print(
  resultOf("split", {
    runs: 1,
    figures: {
      objectBytes: sizeBytes,
      bytesPerSecondOfProcess,
      secondsOneProcess: one.seconds,
      secondsFourProcesses: four.seconds,
      extraBytesAfterKill: killed.extraBytes,
    },
    ratios,
  }),
);
if (
  Math.min(ratios.speedup4, ratios.speedup4OfBandwidth) < leastSpeedup ||
  ratios.extraShareAfterKill > mostExtraShare
) {
  console.error(
    `four processes must be ${leastSpeedup} times as fast as one, and a killed one cost ${mostExtraShare} at most`,
  );
  process.exitCode = 1;
}
