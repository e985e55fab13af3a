// npm run bench -- copy-small [--json]: many small objects; objects/s of the whole system, CPU of the workers alone.
import { measureCopies } from "./lib/copy.ts";
import { print, summarise } from "./lib/result.ts";

const objects = 10_000;
const runs = await measureCopies({ objects, sizeBytes: 4096, workers: 2 }, 3);
const figures = runs.map(({ seconds, workerCpuSeconds, peakRssBytes }) => ({
  objectsPerSecond: objects / seconds,
  cpuMicrosPerObject: (workerCpuSeconds * 1e6) / objects,
  peakRssBytes,
}));
print(summarise("copy-small", figures));
