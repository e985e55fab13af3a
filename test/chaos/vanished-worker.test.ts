import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { connectRedis } from "../../packages/shared/src/adapters/redis/connect.ts";
import { jobKey, taskKey } from "../../packages/shared/src/adapters/redis/keys.ts";
import { asked, forgetAsked } from "../system/asked.ts";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 400;
const tasks = 4;

/**
 * A lock lasts 15 s from its last renewal, and every worker asks each 5 s whose lock is gone: 20 s at the latest, and some for
 * a busy machine.
 */
const promisedMs = 30_000;

interface TaskInLedger {
  readonly starts: number;
  readonly takenAtMs: number;
  readonly recorded: number;
}

test(
  "tasks of a worker killed with -9 run elsewhere within 30 s, and go on behind what it had recorded",
  { timeout: 400_000 },
  async (t) => {
    const system = await startSystem({
      workers: 1,
      env: { WORKER_CONNECTIONS: "4" },
      source: { kind: "synthetic", objects, keys: { scheme: "sequential", prefix: "from/" } },
    });
    t.after(() => system.stop());
    await system.faults("s3", { rules: [{ fault: "latency", operation: "GetObject", ms: 500 }] });
    const job = system.job({ tasks: { objectCountLimit: objects / tasks } });
    const id = await system.submit(job);
    await system.until(id, ({ runningTasks }) => runningTasks === tasks);
    system.processes.beside("worker-1", "worker-2");
    await workersAre(system, 2);
    const ledger = ledgerOf(t, system, id);
    await ledger.until((open) => sumOf(open) > objects / 10);
    await system.processes.kill("worker-1");
    const killedAtMs = Date.now();
    // What it had under way ends at the stores; its locks stay for ten seconds at least.
    await wait(2000);
    await Promise.all([forgetAsked(system.stores.s3), forgetAsked(system.stores.oss)]);
    const left = await ledger.tasks();
    const recorded = sumOf(left);
    assert.equal(left.length, tasks);
    assert.deepEqual(new Set(left.map(({ starts }) => starts)), new Set([1]), "it held all of them");

    const retaken = await ledger.until((open) => open.every(({ starts }) => starts === 2));
    const waitedMs = Math.max(...retaken.map(({ takenAtMs }) => takenAtMs)) - killedAtMs;
    t.diagnostic(
      `${tasks} tasks were taken again, the last one ${waitedMs} ms after the kill; ${recorded} recorded objects`,
    );
    assert.ok(waitedMs <= promisedMs, `the last one was taken after ${waitedMs} ms`);
    assert.match(await system.processes.log("worker-2"), /holder is gone: it is given out again/);

    await system.faults("s3", { rules: [] });
    const end = await system.until(id, hasEnded);
    assert.equal(end.jobState, "Succeed");
    assert.deepEqual(end.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
    const since = {
      read: (await asked(system.stores.s3, "GetObject")).requests,
      written: (await asked(system.stores.oss, "PutObject")).requests,
    };
    t.diagnostic(`since the kill ${since.read} objects were read and ${since.written} written`);
    assert.ok(since.written > 0);
    assert.ok(since.read <= objects - recorded, `${since.read} were read again, ${recorded} were recorded`);
    assert.ok(since.written <= objects - recorded, `${since.written} were written again, ${recorded} were recorded`);
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  },
);

function sumOf(open: readonly TaskInLedger[]): number {
  return open.reduce((sum, { recorded }) => sum + recorded, 0);
}

/** The open tasks of a job as they lie in Redis. */
function ledgerOf(t: TestContext, { redisUrl }: System, jobId: string) {
  const redis = connectRedis({ url: redisUrl, whileAway: "wait", log: { info: () => {}, warn: () => {} } });
  t.after(() => redis.disconnect());
  const tasksNow = async (): Promise<readonly TaskInLedger[]> => {
    const ids = await redis.hkeys(jobKey(jobId, "open"));
    const fields = ["starts", "since", "rows"] as const;
    const found = await Promise.all(ids.map((taskId) => redis.hmget(taskKey(jobId, taskId), ...fields)));
    return found.map(([starts, since, rows]) => ({
      starts: Number(starts),
      takenAtMs: Number(since),
      recorded: Number(rows ?? 0),
    }));
  };
  return {
    tasks: tasksNow,
    async until(isSo: (open: readonly TaskInLedger[]) => boolean): Promise<readonly TaskInLedger[]> {
      const endsAtMs = Date.now() + 120_000;
      for (;;) {
        const now = await tasksNow();
        if (isSo(now)) return now;
        assert.ok(Date.now() < endsAtMs, `it did not come about in time: ${JSON.stringify(now)}`);
        await wait(100);
      }
    },
  };
}

async function workersAre(system: System, count: number): Promise<void> {
  for (;;) {
    const { body } = await system.call("GET", "/workers");
    if (JSON.stringify(body).split('"host"').length - 1 === count) return;
    await wait(200);
  }
}
