// npm run bench -- fleet [--json] [--seconds N]: how much more 2, 4 and 8 worker processes copy than one, each with 16 connections,
// against stores that answer 100 ms late. An object takes one GET and one PUT, and while it is written the next one is read: so
// with one connection to either side no more than ten a second can be copied.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSystem } from "../test/system/system.ts";
import { print, resultOf } from "./lib/result.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, seconds: { type: "string", default: "20" } },
});

const connections = 16;
/** So late that the machine's cores are not what limits eight processes. */
const latencyMs = 100;
const secondsPerObject = latencyMs / 1000;
const fleets = [1, 2, 4, 8] as const;
const seconds = Number(values.seconds);
/** Before it is measured the fleet is under way, and when it is over it still is. */
const warmUpSeconds = 20;
/** More than a fleet copies while it is measured. */
const spare = 2;

/** Objects per second, counted by the ledger, of a fleet in the middle of a job. */
async function measure(workers: number): Promise<number> {
  const objects = Math.ceil(((workers * connections) / secondsPerObject) * (seconds + warmUpSeconds) * spare);
  const system = await startSystem({
    workers,
    source: {
      kind: "synthetic",
      objects,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: 1024 },
    },
    target: { kind: "sink" },
    storesApart: true,
    env: { WORKER_CONNECTIONS: String(connections) },
  });
  try {
    const late = { rules: [{ fault: "latency" as const, ms: latencyMs }] };
    await Promise.all([system.faults("s3", late), system.faults("oss", late)]);
    const id = await system.submit(system.job({ tasks: { objectCountLimit: 100 } }));
    const copied = async (): Promise<number> => (await system.stats(id)).objects.copied;
    while ((await copied()) === 0) await sleep(100);
    await sleep(warmUpSeconds * 1000);
    const [before, startedAtMs] = [await copied(), performance.now()];
    await sleep(seconds * 1000);
    const [after, endedAtMs] = [await copied(), performance.now()];
    if (after >= objects) throw new Error("the job was over before the measurement was");
    return ((after - before) * 1000) / (endedAtMs - startedAtMs);
  } finally {
    await system.stop();
  }
}

const figures: Record<string, number> = {};
const ratios: Record<string, number> = {};
for (const workers of fleets) {
  const objectsPerSecond = await measure(workers);
  figures[`objectsPerSecond${workers}`] = objectsPerSecond;
  ratios[`ofConnections${workers}`] = (objectsPerSecond * secondsPerObject) / (workers * connections);
  console.log(`${workers} processes: ${objectsPerSecond.toFixed(1)} objects per second`);
}
ratios["efficiency8"] = (figures["objectsPerSecond8"] ?? 0) / (figures["objectsPerSecond1"] ?? Number.NaN) / 8;
print(resultOf("fleet", { runs: 1, figures, ratios }));
