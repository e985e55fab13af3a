import { silenceGapMs } from "../../domain/trouble.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SilenceLedger } from "../../ports/silence-ledger.ts";
import { jobKey } from "./keys.ts";
import { createRunStep, jobScript, type RedisConnection, textOf } from "./scripts.ts";

const unanswered = jobScript("unanswered");

export function createRedisSilences(redis: RedisConnection, clock: Clock): SilenceLedger {
  const step = createRunStep(redis);
  return {
    async unanswered({ jobId, shardId, side }, sinceMs) {
      const args = [shardId, side, Math.round(sinceMs), Math.round(clock.now()), silenceGapMs];
      return Number(textOf(await step(unanswered, jobId, args)));
    },

    async answered({ jobId, shardId, side }) {
      const forgotten = await redis.hdel(jobKey(jobId, "shards"), `${shardId}:silent:${side}`);
      return forgotten === 1 ? "was-silent" : "was-not";
    },
  };
}
