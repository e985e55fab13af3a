import { randomBytes } from "node:crypto";
import { taskKey } from "@causeway/shared/adapters/redis/keys.ts";
import { packManifest } from "@causeway/shared/adapters/redis/manifest-codec.ts";
import {
  type Argument,
  createRunStep,
  jobScript,
  listOf,
  type RedisConnection,
  type RunStep,
  textOf,
} from "@causeway/shared/adapters/redis/scripts.ts";
import { someObject } from "@causeway/shared/testing/builders.ts";

const plan = jobScript("plan");
const dispatch = jobScript("dispatch");
const take = jobScript("take");
const commit = jobScript("commit");

const plannedAtOnce = 500;
/** So many rounds are on their way, so that Redis never waits for the next one. */
const roundsAtOnce = 3;
const shardId = "0";
const sizeBytes = 4096;
const manifest = packManifest({ kind: "copy-batch", objects: [someObject({ key: "a", sizeBytes })] });

/**
 * Runs tasks of one object each through a job that nothing else works on: planned, dispatched, taken and committed by the
 * ledger's own scripts. They are sent without waiting for answers, because the ledger's port, with a round trip for each step
 * and the packing of a manifest for each task, takes longer than what is to be measured.
 */
export async function runTasks(redis: RedisConnection, jobId: string, tasks: number): Promise<void> {
  const step = createRunStep(redis);
  let version = 1;
  let left = tasks;
  const work = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(plannedAtOnce, left);
      left -= count;
      const ids = Array.from({ length: count }, () => randomBytes(16).toString("hex"));
      const planned = await step(
        plan,
        jobId,
        planOf(ids, version++),
        ids.map((id) => taskKey(jobId, id)),
      );
      if (textOf(planned) !== "planned") throw new Error(`a plan was ${textOf(planned)}`);
      const pointers = listOf(await step(dispatch, jobId, [count, Date.now()])).map(textOf);
      await Promise.all(pointers.filter((_, at) => at % 2 === 0).map((id) => runTask(step, jobId, id)));
    }
  };
  await Promise.all(Array.from({ length: roundsAtOnce }, work));
}

function planOf(ids: readonly string[], version: number): readonly Argument[] {
  const step = [shardId, version, randomBytes(16).toString("hex"), "a", ""];
  return [...step, ...ids.flatMap((id) => [id, 1, sizeBytes, manifest])];
}

/** The first run of a task that was never started: both steps follow each other on the wire. */
async function runTask(step: RunStep, jobId: string, id: string): Promise<void> {
  const [run, start, now] = [1, 1, Date.now()];
  const outcomes = [1, Buffer.of(1)];
  const tally = [1, sizeBytes, 0, 0, 0];
  const key = taskKey(jobId, id);
  const taken = step(take, jobId, [id, run, now], [key]);
  const args = [id, run, start, now, ...outcomes, ...tally, "", ""];
  const [answer] = listOf(await step(commit, jobId, args, [key]));
  const [took] = listOf(await taken);
  if (textOf(answer) !== "counted") throw new Error(`a commit was ${textOf(answer)}, its take ${textOf(took)}`);
}
