import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { connectRedis } from "../../packages/shared/src/adapters/redis/connect.ts";
import { jobKey, taskKey } from "../../packages/shared/src/adapters/redis/keys.ts";
import { hasEnded, startSystem } from "../system/system.ts";

const objects = 20;
/** The object that no worker survives; its place in the task is 7. */
const poison = /0{3}7$/;

test(
  "a task that keeps losing its worker runs alone from its third start; the object that two more die on fails, the others arrive",
  { timeout: 600_000 },
  async (t) => {
    const system = await startSystem({
      workers: 1,
      source: { kind: "synthetic", objects, keys: { scheme: "sequential", prefix: "from/" } },
    });
    t.after(() => system.stop());
    // It is under way for as long as this test needs to kill its worker.
    await system.faults("s3", { rules: [{ fault: "hang", operation: "GetObject", keyPattern: poison.source }] });
    const id = await system.submit(system.job());
    const redis = connectRedis({ url: system.redisUrl, whileAway: "wait", log: { info: () => {}, warn: () => {} } });
    t.after(() => redis.disconnect());
    const read = async (field: string): Promise<string | undefined> => {
      const [taskId = ""] = await redis.hkeys(jobKey(id, "open"));
      return (await redis.hget(taskKey(id, taskId), field)) ?? undefined;
    };
    for (let start = 1; start <= 4; start += 1) {
      await until(`start ${start}`, async () => (await read("starts")) === String(start));
      if (start === 1) await until("all others are recorded", async () => (await read("rows")) === String(objects - 1));
      if (start >= 3) await until("the object is named", async () => (await read("suspect")) === "7");
      await system.processes.kill("worker-1");
      t.diagnostic(`worker killed with -9 in start ${start}`);
      system.processes.again("worker-1");
    }
    const end = await system.until(id, hasEnded);
    assert.equal(end.jobState, "Failed");
    assert.deepEqual(end.failuresByCode, { WORKER_LOST: 1 });
    assert.deepEqual(end.objects, { listed: objects, copied: objects - 1, skipped: 0, failed: 1 });
    const { body } = await system.call("GET", `/jobs/${id}/failures`);
    const { items } = body as { readonly items: readonly { readonly key: string }[] };
    assert.equal(items.length, 1);
    assert.match(items[0]?.key ?? "", poison);
  },
);

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endsAtMs = Date.now() + 120_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < endsAtMs, `it did not come about in time: ${what}`);
    await wait(100);
  }
}
