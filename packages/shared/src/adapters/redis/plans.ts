import type { Shard } from "../../domain/shard.ts";
import { manifestBytes } from "../../domain/task.ts";
import type { Planned, PlanLedger } from "../../ports/plan-ledger.ts";
import { writeReason } from "./job-fields.ts";
import { jobKey, taskKey } from "./keys.ts";
import { packManifest } from "./manifest-codec.ts";
import { type Argument, createRunStep, jobScript, type RedisConnection, type Reply, textOf } from "./scripts.ts";

const plan = jobScript("plan");
const split = jobScript("split");
const finish = jobScript("finish");
const abandon = jobScript("abandon");

export function createRedisPlans(redis: RedisConnection): PlanLedger {
  const step = createRunStep(redis);
  return {
    async shards(jobId) {
      return readShards(await redis.hgetall(jobKey(jobId, "shards")));
    },

    async plan({ jobId, shardId, version, knownCursor, planId, cursor, tasks }) {
      const args: Argument[] = [shardId, version, planId, cursor, cursorMark(knownCursor)];
      for (const { taskId, manifest } of tasks) {
        args.push(taskId, manifest.objects.length, manifestBytes(manifest), packManifest(manifest));
      }
      const keys = tasks.map(({ taskId }) => taskKey(jobId, taskId));
      return plannedOf(await step(plan, jobId, args, keys));
    },

    async split({ jobId, shardId, version, at, newShardId }) {
      return plannedOf(await step(split, jobId, [shardId, version, at, newShardId]));
    },

    async finish({ jobId, shardId, version, known }) {
      const marks = [cursorMark(known?.cursor), cursorMark(known?.before)];
      return plannedOf(await step(finish, jobId, [shardId, version, ...marks]));
    },

    async abandonListing(jobId, reason, atRevision) {
      const answer = textOf(await step(abandon, jobId, [writeReason(reason), atRevision ?? ""]));
      return answer === "abandoned" ? "abandoned" : "not-now";
    },
  };
}

/** `=` and the key that the shard must have as its cursor or end, `-` for none at all, `` for any. */
function cursorMark(known: string | null | undefined): string {
  if (known === undefined) return "";
  return known === null ? "-" : `=${known}`;
}

function plannedOf(reply: Reply): Planned {
  const answer = textOf(reply);
  return answer === "planned" || answer === "not-now" ? answer : "refused";
}

/** Shards lie side by side in one hash, as `<id>:version`, `<id>:after`, …; a lane that is no shard has a round only. */
function readShards(fields: Readonly<Record<string, string>>): readonly Shard[] {
  return Object.keys(fields)
    .filter((field) => field.endsWith(":version"))
    .map((field) => field.slice(0, -":version".length))
    .map((id) => ({
      id,
      version: Number(fields[`${id}:version`]),
      after: fields[`${id}:after`],
      before: fields[`${id}:before`],
      cursor: fields[`${id}:cursor`],
    }));
}
