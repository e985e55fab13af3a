import type { DroppedLedger } from "../../ports/settle-ledger.ts";
import { jobKey } from "./keys.ts";
import { cutRows } from "./row-codec.ts";
import { createRunStep, jobScript, type RedisConnection } from "./scripts.ts";

const journaled = jobScript("dropped-journaled");

export function createRedisDropped(redis: RedisConnection): DroppedLedger {
  const step = createRunStep(redis);
  return {
    async list(jobId, limit) {
      const key = jobKey(jobId, "dropped");
      const found = limit < 1 ? [] : [await redis.hrandfield(key, limit)].flat();
      const taskIds = found.filter((id) => typeof id === "string");
      if (taskIds.length === 0) return [];
      const records = await redis.hmgetBuffer(key, ...taskIds);
      return taskIds.flatMap((taskId, at) => {
        const record = records[at];
        return Buffer.isBuffer(record) ? [{ taskId, outcomes: cutRows(record).outcomes }] : [];
      });
    },

    async journaled(jobId, taskId, journalPart) {
      await step(journaled, jobId, [taskId, journalPart]);
    },
  };
}
