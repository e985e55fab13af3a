import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { asked } from "../system/asked.ts";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 100;
const connections = 8;
/** Longer than a busy machine needs to read all that it may. */
const writeMs = 6000;

test("while objects are written as many others are read, and no more", { timeout: 240_000 }, async (t) => {
  const system = await startSystem({
    workers: 1,
    env: { WORKER_CONNECTIONS: String(connections) },
    source: { kind: "synthetic", objects, keys: { scheme: "sequential", prefix: "from/" } },
  });
  t.after(() => system.stop());
  const slow = { fault: "latency", operation: "PutObject", ms: writeMs } as const;
  await system.faults("oss", { rules: [slow] });
  // Several tasks: one alone begins no more than twice as many as there are connections, whatever the scheduler allows.
  const job = system.job({ tasks: { objectCountLimit: objects / 4 } });
  const id = await system.submit(job);
  const read = await readBeforeTheFirstIsWritten(system);
  await system.faults("oss", {});
  assert.equal(Math.max(...read), 2 * connections, `read were ${read.join(" ")}`);
  const end = await system.until(id, hasEnded);
  assert.deepEqual(end.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
  assert.equal((await system.compare(job)).isEqual, true);
});

/** How many objects were read, again and again, before OSS answered for the first one. */
async function readBeforeTheFirstIsWritten({ stores }: System): Promise<readonly number[]> {
  const read: number[] = [];
  for (;;) {
    const now = (await asked(stores.s3, "GetObject")).requests;
    if ((await asked(stores.oss, "PutObject")).requests > 0) return read;
    read.push(now);
    await sleep(50);
  }
}
