import { hasEnded, jobStates } from "../../domain/state.ts";
import type { FailureLedger } from "../../ports/settle-ledger.ts";
import { endOfFailures, listFailures } from "./failure-list.ts";
import type { JobIndex } from "./job-index.ts";
import { compactBatches } from "./failure-compaction.ts";
import { jobKey, taskKey } from "./keys.ts";
import { createRunStep, jobScript, listOf, type RedisConnection, type RunStep, textOf } from "./scripts.ts";

const begin = jobScript("retry-begin");
const move = jobScript("retry-move");
/** Batches that are looked at, and manifests that are moved, in one call: a few megabytes at most. */
const lookedAt = 500;
const moved = 50;

interface Moved {
  readonly objects: number;
  readonly tasks: number;
}

export function createRedisFailures(redis: RedisConnection, index: JobIndex): FailureLedger {
  const step = createRunStep(redis);
  return {
    list: (jobId, query) => listFailures(redis, jobId, query),
    end: (jobId) => endOfFailures(redis, jobId),

    async retry(jobId, codes, sealedCredentials = "") {
      const job = jobKey(jobId, "job");
      let earlier: Moved = { objects: 0, tasks: 0 };
      const [state, generation] = await redis.hmget(job, "state", "generation");
      const ended = jobStates.some((known) => known === state && hasEnded(known) && known !== "cancelled");
      // In the list of active jobs before it runs, so that no crash leaves a running job that no master sees; and once
      // more behind, in case a sweep has just taken it off.
      const activate = async (): Promise<void> => {
        if (ended) await index.activate(jobId, Number(generation) + 1);
      };
      await activate();
      let answer = textOf(await step(begin, jobId, [codes.join(","), sealedCredentials]));
      while (answer === "busy") {
        earlier = sum(earlier, await moveAll(redis, step, jobId));
        answer = textOf(await step(begin, jobId, [codes.join(","), sealedCredentials]));
      }
      await activate();
      if (answer === "unknown" || answer === "refused") return { answer };
      if (answer === "nothing") return { answer: "retried", ...earlier };
      return { answer: "retried", ...sum(earlier, await moveAll(redis, step, jobId)) };
    },

    compact: (jobId, compaction) => compactBatches(redis, step, jobId, compaction),

    async resumeRetry(jobId) {
      const [until, state] = await redis.hmget(jobKey(jobId, "job"), "retryUntil", "state");
      if (typeof until !== "string" || (state !== "running" && state !== "paused")) return false;
      await moveAll(redis, step, jobId);
      return true;
    },
  };
}

/** Moves what the retry under way means, in bounded calls, each of which may happen twice. */
async function moveAll(redis: RedisConnection, step: RunStep, jobId: string): Promise<Moved> {
  let total: Moved = { objects: 0, tasks: 0 };
  for (;;) {
    const [until, next, codes, state] = await redis.hmget(
      jobKey(jobId, "job"),
      "retryUntil",
      "retryNext",
      "retryCodes",
      "state",
    );
    if (typeof until !== "string" || (state !== "running" && state !== "paused")) return total;
    const wanted = (codes ?? "").split(",").filter((code) => code !== "");
    const chunk = await nextChunk(redis, jobId, { until, after: next ?? "0", wanted });
    const args = chunk.members.flatMap((member) => [member, batchIdOf(member)]);
    const keys = chunk.members.map((member) => taskKey(jobId, batchIdOf(member)));
    const [objects, tasks] = listOf(await step(move, jobId, [until, chunk.next, chunk.place, ...args], keys));
    total = sum(total, { objects: Number(textOf(objects)), tasks: Number(textOf(tasks)) });
  }
}

interface Chunk {
  readonly members: readonly string[];
  /** Everything up to this sequence has been looked at. */
  readonly next: string;
  readonly place: "more" | "last";
}

async function nextChunk(
  redis: RedisConnection,
  jobId: string,
  { until, after, wanted }: { readonly until: string; readonly after: string; readonly wanted: readonly string[] },
): Promise<Chunk> {
  const range = ["WITHSCORES", "LIMIT", 0, lookedAt] as const;
  const found = await redis.zrangebyscore(jobKey(jobId, "failed"), `(${after}`, until, ...range);
  const members: string[] = [];
  let next = after;
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [member = "", sequence = after] = [found[at], found[at + 1]];
    next = sequence;
    if (wanted.length === 0 || wanted.includes(member.slice(0, member.indexOf(" ")))) members.push(member);
    if (members.length === moved) return { members, next, place: "more" };
  }
  return { members, next, place: found.length < 2 * lookedAt ? "last" : "more" };
}

/** A member of the list of failures is `CODE id`. */
function batchIdOf(member: string): string {
  return member.slice(member.indexOf(" ") + 1);
}

function sum(a: Moved, b: Moved): Moved {
  return { objects: a.objects + b.objects, tasks: a.tasks + b.tasks };
}
