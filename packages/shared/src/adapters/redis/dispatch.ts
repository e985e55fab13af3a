import type { TaskPointer } from "../../domain/task.ts";
import { hasEnded, jobStates } from "../../domain/state.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ActiveJob, DispatchLedger } from "../../ports/dispatch-ledger.ts";
import type { JobIndex } from "./job-index.ts";
import { jobKey, taskKey } from "./keys.ts";
import { createRunStep, jobScript, listOf, plainScript, type RedisConnection, runScript, textOf } from "./scripts.ts";

const active = plainScript("active");
const dispatch = jobScript("dispatch");
const stale = jobScript("stale");
const drop = jobScript("drop");
const confirm = jobScript("confirm");

export function createRedisDispatch(redis: RedisConnection, index: JobIndex, clock: Clock): DispatchLedger {
  const step = createRunStep(redis);
  return {
    async active() {
      const jobs = await Promise.all((await index.active()).map((id) => readActive(redis, index, id)));
      return jobs
        .flat()
        .sort((a, b) => a.createdAtMs - b.createdAtMs)
        .map(({ job }) => job);
    },

    async dispatch(jobId, limit) {
      if (limit < 1) return [];
      return pointersOf(jobId, listOf(await step(dispatch, jobId, [limit, clock.now()])).map(textOf));
    },

    async stale(jobId, olderThanMs, limit) {
      const until = clock.now() - olderThanMs;
      const [state, ...found] = listOf(await step(stale, jobId, [until, clock.now(), limit])).map(textOf);
      const pointers = pointersOf(jobId, found);
      if (state !== "cancelling") return pointers;
      await Promise.all(pointers.map(({ taskId }) => step(drop, jobId, [taskId, until], [taskKey(jobId, taskId)])));
      return [];
    },

    async dropBacklog(jobId, limit) {
      const backlog = jobKey(jobId, "backlog");
      const members = limit < 1 ? [] : await redis.zrange(backlog, 0, String(limit - 1));
      const taskIds = members.map((member) => member.slice(0, member.lastIndexOf(":")));
      await Promise.all(taskIds.map((taskId) => step(drop, jobId, [taskId, ""], [taskKey(jobId, taskId)])));
      return redis.zcard(backlog);
    },
  };
}

/** From `id, run, id, run, …`. */
function pointersOf(jobId: string, flat: readonly string[]): readonly TaskPointer[] {
  const pointers: TaskPointer[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    pointers.push({ version: 1, jobId, taskId: flat[at] ?? "", run: Number(flat[at + 1]) });
  }
  return pointers;
}

interface Dated {
  readonly job: ActiveJob;
  readonly createdAtMs: number;
}

/** Empty for a job that has ended; it leaves the list of active jobs if its settler did not come to that. */
async function readActive(redis: RedisConnection, index: JobIndex, jobId: string): Promise<readonly Dated[]> {
  const keys = (["job", "counts", "backlog", "open"] as const).map((name) => jobKey(jobId, name));
  const [fields, counts, pendingTasks, openTasks, expiresInMs] = listOf(await runScript(redis, active, keys, []));
  const [found, weight, createdAtMs, generation, abandoned, revision] = listOf(fields).map(textOf);
  const [bytes, failedBytes, unfinished] = listOf(counts).map(textOf);
  const state = jobStates.find((state) => state === found);
  if (state === undefined) {
    await index.unregister(jobId, "", "");
    return [];
  }
  if (hasEnded(state)) {
    await index.deactivate(jobId, generation ?? "");
    return [];
  }
  // Its submit broke off between the index and the job's own keys.
  if (Number(expiresInMs) > 0) await createRunStep(redis)(confirm, jobId, []);
  const job = {
    jobId,
    // hasEnded has ruled out the three ends.
    state: state as ActiveJob["state"],
    weight: Number(weight),
    revision: Number(revision),
    pendingTasks: Number(pendingTasks),
    openTasks: Number(openTasks),
    backlogBytes: Number(bytes),
    // Below zero where a job began before these bytes were counted.
    failureBytes: Math.max(0, Number(failedBytes)),
    listingDone: unfinished === "0" || abandoned !== "" || state === "cancelling",
  };
  return [{ job, createdAtMs: Number(createdAtMs) }];
}
