import { z } from "zod";
import { tunnelStateSchema } from "../../domain/tunnel-state.ts";
import type { Clock } from "../../ports/clock.ts";
import { type WorkerRecord, type WorkerRegistry, workerTtlMs } from "../../ports/worker-registry.ts";
import { workerKeys } from "./keys.ts";
import { plainScript, type RedisConnection, runScript } from "./scripts.ts";

const beat = plainScript("beat");
const { beats, records } = workerKeys;

const recordSchema: z.ZodType<WorkerRecord> = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  taskSlots: z.number(),
  tasksRunning: z.number(),
  objectsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  startedAtMs: z.number(),
  heartbeatAtMs: z.number(),
  state: z.enum(["running", "draining", "path-down"]),
  load: z.object({ connections: z.number(), connectionsAllowed: z.number(), cores: z.number() }).optional(),
  // Workers of an older version say nothing of it.
  tunnel: tunnelStateSchema.nullable().default(null),
});

export function createRedisWorkers(redis: RedisConnection, clock: Clock): WorkerRegistry {
  return {
    async beat(record) {
      const now = clock.now();
      const args = [record.id, now, JSON.stringify(record), now - workerTtlMs, 2 * workerTtlMs];
      await runScript(redis, beat, [beats, records], args);
    },

    async leave(id) {
      await Promise.all([redis.zrem(beats, id), redis.hdel(records, id)]);
    },

    async list() {
      const ids = await redis.zrangebyscore(beats, `(${clock.now() - workerTtlMs}`, "+inf");
      const found = ids.length === 0 ? [] : await redis.hmget(records, ...ids);
      return found.flatMap((record) => (record === null ? [] : [recordSchema.parse(JSON.parse(record))]));
    },
  };
}
