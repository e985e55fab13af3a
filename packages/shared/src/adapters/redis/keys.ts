/** The only file that spells a Redis key. Every key, its type and its lifetime: docs/data-model.md. */

/** The keys of a job that every script gets, in this order; a script names them by these words in capitals. */
export const jobKeyNames = [
  "job",
  "counts",
  "shards",
  "open",
  "backlog",
  "dispatched",
  "running",
  "failed",
  "batches",
  "recheck",
  "journal",
  "dropped",
  "uploads",
  "spread",
  "rates",
  "history",
  "notices",
] as const;
export type JobKeyName = (typeof jobKeyNames)[number];

/** One of a job's keys. The braces make all of them live in one slot of a Redis Cluster. */
export function jobKey(jobId: string, name: JobKeyName): string {
  return `{job:${jobId}}:${name}`;
}

export function jobKeys(jobId: string): string[] {
  return jobKeyNames.map((name) => jobKey(jobId, name));
}

/** A task's manifest, starts and progress, while it is open. */
export function taskKey(jobId: string, taskId: string): string {
  return `{job:${jobId}}:task:${taskId}`;
}

/** The jobs' index, in the order in which its scripts get it. */
export const indexKeys = {
  names: "{jobs}:names",
  idempotency: "{jobs}:idempotency",
  created: "{jobs}:created",
  active: "{jobs}:active",
} as const;

/** Jobs that have a webhook. */
export const noticeKey = "{jobs}:notices";

export const workerKeys = { beats: "{workers}:beats", records: "{workers}:records" } as const;

export function leaseKey(duty: string): string {
  return `lease:${duty}`;
}

/** What a job or a path may still use of its limits, for the whole fleet. */
export function budgetKey(name: string): string {
  return `budget:${name}`;
}
