import { manifestBytes } from "../../domain/task.ts";
import type { HeldTask } from "../../domain/task.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SpreadLedger } from "../../ports/spread-ledger.ts";
import { jobKey, taskKey } from "./keys.ts";
import { packManifest } from "./manifest-codec.ts";
import { packPart } from "./part-codec.ts";
import { packRow } from "./row-codec.ts";
import { type Argument, createRunStep, jobScript, type RedisConnection, type Script, textOf } from "./scripts.ts";
import { packUpload } from "./uploads.ts";

const spread = jobScript("spread");
const recordParts = jobScript("record-parts");
const commitGroup = jobScript("commit-group");
const endGeneration = jobScript("end-generation");

export function createRedisSpreads(redis: RedisConnection, clock: Clock): SpreadLedger {
  const step = createRunStep(redis);
  /** Runs a step in the name of a task's holder; `others` are tasks that it changes besides. */
  const held = async (
    script: Script,
    { jobId, taskId, run, start }: HeldTask,
    args: readonly Argument[],
    others: readonly string[] = [],
  ): Promise<string> => {
    const keys = [taskId, ...others].map((id) => taskKey(jobId, id));
    return textOf(await step(script, jobId, [taskId, run, start, ...args], keys));
  };
  return {
    async spread(task, { groups, complete }) {
      const { targetKey: key, uploadId } = complete.spread;
      const parts = groups.at(-1)?.manifest.lastPart ?? 0;
      const args: Argument[] = [packUpload({ key, uploadId }), packManifest(complete), manifestBytes(complete), parts];
      for (const { taskId, manifest } of groups) {
        args.push(taskId, manifestBytes(manifest), manifest.firstPart, manifest.lastPart, packManifest(manifest));
      }
      const taskIds = groups.map(({ taskId }) => taskId);
      const answer = await held(spread, task, args, taskIds);
      return answer === "spread" || answer === "not-now" ? answer : "refused";
    },

    async record(task, parts) {
      const args = parts.flatMap((part) => [part.partNumber, packPart(part)]);
      return (await held(recordParts, task, [clock.now(), ...args])) === "recorded" ? "recorded" : "refused";
    },

    async commitGroup(task, objectTaskId) {
      const answer = await held(commitGroup, task, [objectTaskId], [objectTaskId]);
      return answer === "counted" ? "counted" : "refused";
    },

    async endGeneration(task, { objectTaskId, next, failed }) {
      // A generation's groups are named once, so what is read here is what the script will find, or it refuses.
      const ids = await redis.hget(jobKey(task.jobId, "spread"), `${objectTaskId}:ids`);
      const groups = (ids ?? "").split(" ").filter((id) => id !== "");
      const row = failed === undefined ? "" : packRow(failed);
      const args = [objectTaskId, packManifest(next), manifestBytes(next), row, ...groups];
      const answer = await held(endGeneration, task, args, [objectTaskId, ...groups]);
      return answer === "ended" ? "ended" : "refused";
    },
  };
}
