// npm run bench -- copy-large [--json]: few large objects; bytes/s of the whole system, CPU of the workers alone.
import { measureCopies } from "./lib/copy.ts";
import { print, summarise } from "./lib/result.ts";

const objects = 8;
const sizeBytes = 256 * 1024 * 1024;
const totalBytes = objects * sizeBytes;
const runs = await measureCopies({ objects, sizeBytes, workers: 2 }, 3);
const figures = runs.map(({ seconds, workerCpuSeconds, peakRssBytes }) => ({
  bytesPerSecond: totalBytes / seconds,
  cpuSecondsPerGiB: (workerCpuSeconds * 1024 ** 3) / totalBytes,
  peakRssBytes,
}));
print(summarise("copy-large", figures));
