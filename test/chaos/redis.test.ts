import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 4000;

/** A system with a job under way: slow enough that whatever happens to Redis happens in its middle. */
async function jobUnderWay(t: TestContext): Promise<{ system: System; job: Record<string, unknown>; id: string }> {
  const system = await startSystem({
    workers: 2,
    source: {
      kind: "synthetic",
      objects,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: 3000 },
    },
  });
  t.after(() => system.stop());
  await system.faults("oss", { rules: [{ operation: "PutObject", fault: "latency", ms: 150 }] });
  const job = system.job({ tasks: { objectCountLimit: 100 } });
  const id = await system.submit(job);
  await system.until(id, ({ objects: { copied } }) => copied > objects / 10);
  return { system, job, id };
}

async function endsExact({ system, job, id }: Awaited<ReturnType<typeof jobUnderWay>>): Promise<void> {
  const stats = await untilAnswered(system, id);
  assert.equal(stats.jobState, "Succeed", JSON.stringify(stats));
  assert.deepEqual(stats.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
  assert.deepEqual(stats.bytes, { listed: objects * 3000, copied: objects * 3000, skipped: 0 });
  const compared = await system.compare(job);
  assert.ok(compared.isEqual, compared.lastLine);
}

/** The API refuses while Redis is away; that is no end. */
async function untilAnswered(system: System, id: string): ReturnType<System["until"]> {
  const endsAtMs = Date.now() + 240_000;
  for (;;) {
    const stats = await system.stats(id).catch(() => undefined);
    if (stats !== undefined && hasEnded(stats)) return stats;
    assert.ok(Date.now() < endsAtMs, `the job has not ended: ${JSON.stringify(stats)}`);
    await wait(300);
  }
}

test("Redis killed with -9 in mid-job and started again: services reconnect, totals are exact", async (t) => {
  const running = await jobUnderWay(t);
  for (let round = 0; round < 3; round += 1) {
    await running.system.processes.kill("redis");
    await wait(500);
    running.system.processes.again("redis");
    await wait(1500);
  }
  await endsExact(running);
});

test("Redis restored from an AOF cut by more than a second, workers alive: what was in it is done again, totals are exact", async (t) => {
  const running = await jobUnderWay(t);
  const { processes, folder } = running.system;
  const log = join(folder, "redis", "appendonlydir");
  const earlier = join(folder, "earlier");
  await cp(log, earlier, { recursive: true });
  await wait(1500);
  await processes.kill("redis");
  await rm(log, { recursive: true });
  await cp(earlier, log, { recursive: true });
  processes.again("redis");
  await endsExact(running);
});
