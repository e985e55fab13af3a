import type { JobFigures, JobRecord, StateReason } from "./job.ts";
import { type JobReport, reportOf } from "./report.ts";

/** What a webhook is told (`application/json`); the report is that of the moment of sending, without the journal's part. */
export interface NoticeDocument {
  readonly version: 1;
  /** The same for every attempt to tell it. */
  readonly id: string;
  readonly event: "job.ended" | "job.paused";
  readonly sentAt: string;
  /** Why the job paused itself or failed; null where there is nothing to say. */
  readonly reason: StateReason | null;
  readonly report: Omit<JobReport, "journal">;
}

export interface NoticeFacts {
  readonly id: string;
  readonly on: "ended" | "paused";
  readonly reason: StateReason | null;
  readonly record: JobRecord;
  readonly counts: JobFigures;
  readonly nowMs: number;
}

/** Puts the facts of a job into words for its webhook. */
export function noticeDocument({ id, on, reason, record, counts, nowMs }: NoticeFacts): NoticeDocument {
  const { journal: _, ...report } = reportOf({ record, counts, journal: null, nowMs });
  const event = on === "ended" ? "job.ended" : "job.paused";
  return { version: 1, id, event, sentAt: new Date(nowMs).toISOString(), reason, report };
}

const firstRestMs = 5000;
const longestRestMs = 900_000;
/** With these rests a notice is tried for about a day. */
const mostAttempts = 100;

/** How long a notice rests after so many failed attempts; undefined: it is given up. `chance` from 0 to 1 spreads the rests. */
export function restAfter(attempts: number, chance: number): number | undefined {
  if (attempts >= mostAttempts) return undefined;
  const rest = Math.min(longestRestMs, firstRestMs * 2 ** (attempts - 1));
  return Math.round(rest * (0.75 + chance / 2));
}
