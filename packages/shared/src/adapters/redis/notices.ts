import type { OpenJobSpec } from "../../domain/job-spec.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Notice, NoticeLedger } from "../../ports/notice-ledger.ts";
import { readReason, readRecord, recordFields } from "./job-fields.ts";
import type { JobIndex } from "./job-index.ts";
import { jobKey } from "./keys.ts";
import { createRunStep, jobScript, type RedisConnection } from "./scripts.ts";

const close = jobScript("notice-close");
const postpone = jobScript("notice-postpone");

export function createRedisNotices(redis: RedisConnection, index: JobIndex, clock: Clock): NoticeLedger {
  const step = createRunStep(redis);
  // Each second of each job that has a webhook, ended ones too: the record is read only where there is something to tell.
  const firstOf = async (jobId: string): Promise<readonly Notice[]> => {
    const [text, [state, attempts, dueMs]] = await Promise.all([
      redis.lindex(jobKey(jobId, "notices"), 0),
      redis.hmget(jobKey(jobId, "job"), "state", "noticeAttempts", "noticeDueMs"),
    ]);
    if (typeof state !== "string") await index.unwatchNotices(jobId);
    if (typeof state !== "string" || text === null || Number(dueMs ?? 0) > clock.now()) return [];
    const record = readRecord(jobId, await redis.hmget(jobKey(jobId, "job"), ...recordFields));
    if (record === undefined) return [];
    return [{ ...readNotice(jobId, text, record.spec), attempts: Number(attempts ?? 0) }];
  };
  return {
    async due() {
      return (await Promise.all((await index.watched()).map(firstOf))).flat();
    },

    async close(notice) {
      await step(close, notice.jobId, [numberOf(notice)]);
    },

    async postpone(notice, restMs) {
      await step(postpone, notice.jobId, [numberOf(notice), notice.attempts + 1, clock.now() + restMs]);
    },
  };
}

/** What `note_occasion` in `library.lua` writes: `number kind reason`. */
function readNotice(jobId: string, text: string, spec: OpenJobSpec): Omit<Notice, "attempts"> {
  const [, number = "", kind, reason = ""] = /^(\d+) (\S+) (.*)$/s.exec(text) ?? [];
  return {
    id: `${jobId}.${number}`,
    jobId,
    on: kind === "paused" ? "paused" : "ended",
    reason: readReason(reason, spec),
  };
}

function numberOf({ id, jobId }: Notice): string {
  return id.slice(jobId.length + 1);
}
