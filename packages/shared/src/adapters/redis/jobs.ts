import { failedManifestBytesLimit } from "../../domain/failure-limit.ts";
import type { JobRecord } from "../../domain/job.ts";
import { showsTrouble, troubleMs } from "../../domain/trouble.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Changed, JobChange, JobLedger, JobRemoval, NewJob } from "../../ports/job-ledger.ts";
import { createReadCounts } from "./counts.ts";
import { readReason, readRecord, recordFields, writeReason } from "./job-fields.ts";
import type { JobIndex } from "./job-index.ts";
import { jobKey } from "./keys.ts";
import { type Argument, createRunStep, jobScript, listOf, type RedisConnection, textOf } from "./scripts.ts";

const submit = jobScript("submit");
const confirm = jobScript("confirm");
const withdraw = jobScript("withdraw");
const change = jobScript("change");
const remove = jobScript("remove");
const trouble = jobScript("trouble");
const endTrouble = jobScript("end-trouble");

/** How long the keys of a job that is not in the index yet live: a submit that broke off leaves nothing behind. */
const unconfirmedMs = 3_600_000;

export function createRedisJobs(redis: RedisConnection, index: JobIndex, clock: Clock): JobLedger & JobRemoval {
  const step = createRunStep(redis);
  const byId = async (id: string): Promise<JobRecord | undefined> =>
    withTrouble(await redis.hmget(jobKey(id, "job"), "trouble", "troubleUntilMs", ...recordFields), id, clock);
  return {
    // The job's keys first, the index second: whoever sees a name or an Idempotency-Key whose job is not there knows
    // that the job is gone, never that it is about to come.
    async submit(job) {
      const { id, createdAtMs, spec } = job.record;
      await step(submit, id, [unconfirmedMs, ...fieldsOf(job)]);
      if (spec.notify !== undefined) await index.watchNotices(id);
      const answer = await index.register({ id, createdAtMs, name: spec.name, idempotencyKey: job.idempotencyKey });
      await step(answer.answer === "submitted" ? confirm : withdraw, id, []);
      return answer;
    },

    async get(idOrName) {
      const found = await byId(idOrName);
      if (found !== undefined) return found;
      const id = await index.idOf(idOrName);
      return id === undefined ? undefined : byId(id);
    },

    async list({ after, limit }) {
      const { ids, next } = await index.page(after, limit);
      const records = await Promise.all(ids.map(byId));
      return { jobs: records.filter((record) => record !== undefined), next };
    },

    async change(jobId, asked) {
      const answer = textOf(await step(change, jobId, argumentsOf(asked)));
      return changed.find((word) => word === answer) ?? "unknown";
    },

    async tellTrouble(jobId, reason, silent) {
      const untilMs = clock.now() + (silent?.forMs ?? troubleMs);
      await step(trouble, jobId, [writeReason(reason), untilMs, silent?.side ?? ""]);
    },

    async endTrouble(jobId, side) {
      await step(endTrouble, jobId, [side]);
    },

    ...createReadCounts(redis, clock),

    async sealedCredentials(jobId) {
      return (await redis.hget(jobKey(jobId, "job"), "sealedCredentials")) ?? undefined;
    },

    async remove(jobId) {
      const [answer, name, key] = listOf(await step(remove, jobId, [])).map(textOf);
      if (answer !== "removed") return answer === "not-ended" ? "not-ended" : "unknown";
      await index.unregister(jobId, name ?? "", key ?? "");
      return "removed";
    },
  };
}

/** A trouble that was told lately stands where the state has no reason of its own. */
function withTrouble(values: readonly (string | null)[], id: string, clock: Clock): JobRecord | undefined {
  const [trouble, untilMs, ...fields] = values;
  const record = readRecord(id, fields);
  if (record === undefined || !showsTrouble(record.state) || record.stateReason !== null) return record;
  if (clock.now() >= Number(untilMs ?? 0)) return record;
  return { ...record, stateReason: readReason(trouble ?? "", record.spec) };
}

const changed: readonly Changed[] = ["changed", "unchanged", "refused", "unknown"];

function fieldsOf({ record, sealedCredentials, idempotencyKey }: NewJob): readonly Argument[] {
  const { spec, createdAtMs, revision } = record;
  const fields: Record<string, string | number> = {
    name: spec.name,
    spec: JSON.stringify(spec),
    limits: JSON.stringify(spec.limits),
    weight: spec.weight,
    createdAtMs,
    revision,
    sealedCredentials,
    failShare: spec.failureLimits.share,
    failAfter: spec.failureLimits.afterObjects,
    failObjects: spec.failureLimits.objects,
    failBytes: failedManifestBytesLimit,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(spec.notify === undefined ? {} : { notifyOn: spec.notify.on.join(",") }),
  };
  return Object.entries(fields).flat();
}

function argumentsOf(asked: JobChange): readonly Argument[] {
  switch (asked.change) {
    case "pause":
      return ["pause", writeReason(asked.reason), "", "", "", asked.atRevision ?? ""];
    case "resume":
      return ["resume", "", asked.sealedCredentials ?? "", "", "", ""];
    case "cancel":
      return ["cancel", "", "", "", "", ""];
    case "patch": {
      const limits = asked.limits === undefined ? "" : JSON.stringify(asked.limits);
      return ["patch", "", asked.sealedCredentials ?? "", limits, asked.weight ?? "", ""];
    }
    default:
      return asked satisfies never;
  }
}
