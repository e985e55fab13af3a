import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, forgetAsked } from "../system/asked.ts";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 2000;
const connections = 16;
/** They reach running tasks in about three seconds; a busy machine may take longer. */
const graceMs = 20_000;

test(
  "pause and cancel reach tasks of small objects in the middle, and what was done stays done",
  { timeout: 240_000 },
  async (t) => {
    const system = await startSystem({
      workers: 1,
      env: { WORKER_CONNECTIONS: String(connections) },
      source: { kind: "synthetic", objects, keys: { scheme: "sequential", prefix: "from/" } },
    });
    t.after(() => system.stop());
    await system.faults("oss", { rules: [{ fault: "latency", operation: "PutObject", ms: 1000 }] });
    const job = system.job({ tasks: { objectCountLimit: 1000 } });

    const id = await system.submit(job);
    await untilWritten(system, 100);
    const pausedAtMs = Date.now();
    await system.call("POST", `/jobs/${id}/pause`);
    const paused = await system.until(id, ({ runningTasks }) => runningTasks === 0, graceMs);
    t.diagnostic(`paused: no task is running after ${Date.now() - pausedAtMs} ms`);
    assert.equal(paused.jobState, "Paused");
    const written = await writes(system);
    assert.ok(written < objects / 2, `${written} objects were written by then`);
    await system.call("POST", `/jobs/${id}/resume`);
    await system.faults("oss", {});
    const end = await system.until(id, hasEnded);
    assert.deepEqual(end.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
    const again = (await writes(system)) - objects;
    assert.ok(again <= connections, `${again} objects were written once more`);
    assert.equal((await system.compare(job)).isEqual, true);

    await forgetAsked(system.stores.oss);
    await system.faults("oss", { rules: [{ fault: "latency", operation: "PutObject", ms: 1000 }] });
    const other = { ...job, name: "cancelled", target: { ...(job["target"] as object), prefix: "cancelled/" } };
    const cancelled = await system.submit(other);
    await untilWritten(system, 100);
    const cancelledAtMs = Date.now();
    await system.call("POST", `/jobs/${cancelled}/cancel`);
    // Between its last task and its end a job settles, and says that it is running.
    const stats = await system.until(
      cancelled,
      ({ jobState, dispatchedTasks }) => jobState === "Abort" && dispatchedTasks === 0,
      graceMs,
    );
    t.diagnostic(`cancelled: no task is left after ${Date.now() - cancelledAtMs} ms`);
    assert.equal(stats.objects.failed, 0);
    const done = await writes(system);
    assert.ok(stats.objects.copied >= 100 - connections, `${stats.objects.copied} count as copied`);
    assert.ok(stats.objects.copied <= done && done < objects / 2, `${stats.objects.copied} of ${done} count as copied`);
  },
);

async function untilWritten(system: System, count: number): Promise<void> {
  const endsAtMs = Date.now() + 60_000;
  while ((await writes(system)) < count) {
    assert.ok(Date.now() < endsAtMs, `${count} objects were not written in time`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function writes({ stores }: System): Promise<number> {
  return (await asked(stores.oss, "PutObject")).requests;
}
