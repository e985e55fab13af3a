import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { hasEnded, startSystem, type System } from "../system/system.ts";

/** How many worker processes it grows to; each needs about 90 MB. The whole of it: SCALE_WORKERS=50. */
const most = Number(process.env["SCALE_WORKERS"] ?? 12);

const objects = most * 300;
const sizeBytes = 2000;
const drainMs = 3000;
/** Beside the drain: what a busy machine takes to hand back, unregister and end. */
const graceMs = drainMs + 60_000;

interface Registered {
  readonly pid: number;
  readonly tasksRunning: number;
}

test(
  `a job goes on while workers are scaled from 1 to ${most} and back to 1: no object fails, totals are exact`,
  { timeout: 900_000 },
  async (t) => {
    const system = await startSystem({
      workers: 1,
      env: { WORKER_CONNECTIONS: "2", DRAIN_TIMEOUT_MS: String(drainMs) },
      source: {
        kind: "synthetic",
        objects,
        keys: { scheme: "sequential", prefix: "from/" },
        sizes: { distribution: "fixed", bytes: sizeBytes },
      },
    });
    t.after(() => system.stop());
    await system.faults("oss", { rules: [{ operation: "PutObject", fault: "latency", ms: 2000 }] });
    const job = system.job({ tasks: { objectCountLimit: 20 } });
    const id = await system.submit(job);
    await system.until(id, ({ runningTasks }) => runningTasks > 0);

    const names = Array.from({ length: most - 1 }, (_, n) => `worker-${n + 2}`);
    for (const name of names) {
      system.processes.beside("worker-1", name);
      await wait(200);
    }
    const startedAtMs = Date.now();
    const working = await untilWorkers(system, (workers) => workers.filter(isBusy).length === most);
    t.diagnostic(`${working.length} workers hold tasks ${Date.now() - startedAtMs} ms after the last was started`);
    const between = await system.stats(id);
    assert.equal(between.jobState, "Running");

    const toldAtMs = Date.now();
    const tookMs = await Promise.all(
      names.map(async (name) => {
        await system.processes.kill(name, "SIGTERM");
        return Date.now() - toldAtMs;
      }),
    );
    t.diagnostic(`told to stop, the last of ${names.length} was gone after ${Math.max(...tookMs)} ms`);
    assert.ok(Math.max(...tookMs) < graceMs, "a worker ends within its grace period");
    const left = await untilWorkers(system, (workers) => workers.length === 1);
    assert.equal(left[0]?.pid, system.processes.pid("worker-1"));
    const after = await system.stats(id);
    assert.equal(after.jobState, "Running", "the job was still under way");
    assert.equal(after.objects.failed, 0);

    await system.faults("oss", {});
    const end = await system.until(id, hasEnded, 400_000);
    assert.equal(end.jobState, "Succeed", JSON.stringify(end));
    assert.deepEqual(end.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
    assert.deepEqual(end.bytes, { listed: objects * sizeBytes, copied: objects * sizeBytes, skipped: 0 });
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
    t.diagnostic(`${compared.lastLine}; totals exact`);
  },
);

function isBusy({ tasksRunning }: Registered): boolean {
  return tasksRunning > 0;
}

async function untilWorkers(
  system: System,
  isSo: (workers: readonly Registered[]) => boolean,
): Promise<readonly Registered[]> {
  const endsAtMs = Date.now() + 300_000;
  for (;;) {
    const { body } = await system.call("GET", "/workers");
    const { items } = body as { readonly items: readonly Registered[] };
    if (isSo(items)) return items;
    assert.ok(Date.now() < endsAtMs, `it did not come about in time: ${JSON.stringify(items)}`);
    await wait(500);
  }
}
