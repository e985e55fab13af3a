import type { Clock } from "../../ports/clock.ts";
import type { SettleLedger } from "../../ports/settle-ledger.ts";
import { batchArguments } from "./commit-arguments.ts";
import { writeReason } from "./job-fields.ts";
import type { JobIndex } from "./job-index.ts";
import { jobKey } from "./keys.ts";
import { unpackWritten } from "./manifest-codec.ts";
import { createRunStep, jobScript, type RedisConnection, textOf } from "./scripts.ts";

const beginSettling = jobScript("begin-settling");
const rechecked = jobScript("rechecked");
const journalIndexed = jobScript("journal-indexed");
const end = jobScript("end");

export function createRedisSettling(redis: RedisConnection, index: JobIndex, clock: Clock): SettleLedger {
  const step = createRunStep(redis);
  return {
    async beginSettling(jobId) {
      return (await step(beginSettling, jobId, [])) === 1;
    },

    async toRecheck(jobId, limit) {
      const key = jobKey(jobId, "recheck");
      const taskIds =
        limit < 1 ? [] : [await redis.hrandfield(key, limit)].flat().filter((id) => typeof id === "string");
      if (taskIds.length === 0) return [];
      const entries = await redis.hmgetBuffer(key, ...taskIds);
      return taskIds.flatMap((taskId, at) => {
        const entry = entries[at];
        // An entry is `clean ` or `failed `, then what the task wrote.
        return Buffer.isBuffer(entry)
          ? [{ taskId, written: unpackWritten(entry.subarray(entry.indexOf(32) + 1)) }]
          : [];
      });
    },

    async rechecked(jobId, taskId, late) {
      const objects = late.flatMap((batch) => batch.objects);
      const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const answer = await step(rechecked, jobId, [taskId, objects.length, bytes, ...batchArguments(late)]);
      return textOf(answer) === "ended" ? "ended" : "done";
    },

    async journalParts(jobId, limit) {
      return limit < 1 ? [] : redis.lrange(jobKey(jobId, "journal"), 0, limit - 1);
    },

    async journalIndexed(jobId, names) {
      if (names.length > 0) await step(journalIndexed, jobId, names);
    },

    async end(jobId, reason) {
      const generation = textOf(await step(end, jobId, [clock.now(), writeReason(reason)]));
      if (generation !== "") await index.deactivate(jobId, generation);
    },
  };
}
