import type { Submitted } from "../../ports/job-ledger.ts";
import { indexKeys, jobKey, noticeKey } from "./keys.ts";
import { listOf, plainScript, type RedisConnection, runScript, textOf } from "./scripts.ts";

const register = plainScript("register");
const unregister = plainScript("unregister");
const deactivate = plainScript("deactivate");
const { names, idempotency, created, active } = indexKeys;
const allKeys = [names, idempotency, created, active];
/** A submit clears away at most this many leavings of removed jobs. */
const maxLeavings = 3;

/**
 * Which jobs there are: apart from the jobs' own keys (another slot of a Redis Cluster), so each call here is a step of
 * its own. An entry whose job is gone is left by a removal that broke off; whoever meets it clears it away.
 */
export interface JobIndex {
  register(job: IndexedJob): Promise<Submitted>;
  unregister(jobId: string, name: string, idempotencyKey: string): Promise<void>;
  idOf(name: string): Promise<string | undefined>;
  /** Newest first; `next` continues behind the page. */
  page(after: string | null, limit: number): Promise<{ readonly ids: readonly string[]; readonly next: string | null }>;
  active(): Promise<readonly string[]>;
  /** The job has a webhook. Before it is registered, so that no notice is overlooked; `unwatchNotices` once it is gone. */
  watchNotices(jobId: string): Promise<void>;
  unwatchNotices(jobId: string): Promise<void>;
  watched(): Promise<readonly string[]>;
  /** Before and after a retry sets an ended job running; `generation` is the one that it gets. */
  activate(jobId: string, generation: number): Promise<void>;
  /** After a job has ended; a job that a retry put there with a higher generation stays. */
  deactivate(jobId: string, generation: string): Promise<void>;
}

export interface IndexedJob {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly idempotencyKey: string | undefined;
}

export function createJobIndex(redis: RedisConnection): JobIndex {
  const run = async (args: readonly (string | number)[]): Promise<readonly string[]> =>
    listOf(await runScript(redis, register, allKeys, args)).map(textOf);
  const forget = async (jobId: string, name: string, key: string): Promise<void> => {
    await runScript(redis, unregister, allKeys, [jobId, name, key]);
  };

  const registered = async (job: IndexedJob, leavings: number): Promise<Submitted> => {
    const [answer, other = ""] = await run([job.id, job.name, job.idempotencyKey ?? "", job.createdAtMs]);
    if (answer === "submitted") return { answer };
    if (leavings > 0 && (await redis.exists(jobKey(other, "job"))) === 0) {
      await forget(other, job.name, job.idempotencyKey ?? "");
      return registered(job, leavings - 1);
    }
    return { answer: answer === "repeated" ? "repeated" : "name-in-use", jobId: other };
  };

  return {
    register: (job) => registered(job, maxLeavings),
    unregister: forget,

    async idOf(name) {
      return (await redis.hget(names, name)) ?? undefined;
    },

    async page(after, limit) {
      const [time = "+inf", lastId = ""] = after === null ? [] : [after.slice(0, 16), after.slice(17)];
      const ids: string[] = [];
      let cursor: string | null = null;
      for (let offset = 0; ; offset += limit + 1) {
        const found = await redis.zrevrangebyscore(created, time, "-inf", "WITHSCORES", "LIMIT", offset, limit + 1);
        for (let at = 0; at + 1 < found.length; at += 2) {
          const [id = "", score = ""] = [found[at], found[at + 1]];
          if (after !== null && Number(score) === Number(time) && id >= lastId) continue;
          if (ids.length === limit) return { ids, next: cursor };
          ids.push(id);
          cursor = `${score.padStart(16, "0")}.${id}`;
        }
        if (found.length < 2 * (limit + 1)) return { ids, next: null };
      }
    },

    async active() {
      return redis.zrange(active, 0, "-1");
    },

    async activate(jobId, generation) {
      await redis.zadd(active, "GT", String(generation), jobId);
    },

    async watchNotices(jobId) {
      await redis.sadd(noticeKey, jobId);
    },

    async unwatchNotices(jobId) {
      await redis.srem(noticeKey, jobId);
    },

    watched: () => redis.smembers(noticeKey),

    async deactivate(jobId, generation) {
      await runScript(redis, deactivate, [active], [jobId, generation]);
    },
  };
}
