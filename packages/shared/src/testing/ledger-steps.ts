import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { FaultCode } from "../domain/fault-codes.ts";
import type { JobSpecInput } from "../domain/job-spec.ts";
import type { JobCounts } from "../domain/job.ts";
import type { SourceObject } from "../domain/object.ts";
import { emptyTally, type Outcome, tallied } from "../domain/outcome.ts";
import type { FailedBatch, PlannedTask, TaskPointer, WrittenObject } from "../domain/task.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Commit, Taken } from "../ports/task-ledger.ts";
import { copiedOutcome, someNewJob, someObject } from "./builders.ts";

/** What a worker of these tests holds. */
export type HeldAnswer = Extract<Taken, { answer: "held" }>;

export function newId(): string {
  return randomBytes(16).toString("hex");
}

/** Submits a job with a name of its own and answers its id. */
export async function submit(ledger: Ledger, spec: Partial<JobSpecInput> = {}): Promise<string> {
  const id = newId();
  const answer = await ledger.jobs.submit(someNewJob({ id }, { name: `job-${id}`, ...spec }));
  assert.deepEqual(answer, { answer: "submitted" });
  return id;
}

export function plannedTask(count: number, prefix = "a/"): PlannedTask {
  const objects = Array.from({ length: count }, (_, index) =>
    someObject({ key: `${prefix}${String(index).padStart(4, "0")}`, sizeBytes: 100 + index }),
  );
  return { taskId: newId(), manifest: { kind: "copy-batch", objects } };
}

/** Plans these tasks into the job's first shard. */
export async function plan(ledger: Ledger, jobId: string, tasks: readonly PlannedTask[]): Promise<void> {
  const shard = (await ledger.plans.shards(jobId))[0];
  assert.ok(shard !== undefined);
  const cursor = tasks.at(-1)?.manifest.objects.at(-1)?.key ?? shard.cursor ?? "a";
  const step = { jobId, shardId: shard.id, version: shard.version, planId: newId(), cursor, tasks };
  assert.equal(await ledger.plans.plan(step), "planned");
}

export async function finishListing(ledger: Ledger, jobId: string): Promise<void> {
  for (const { id, version } of await ledger.plans.shards(jobId)) {
    assert.equal(await ledger.plans.finish({ jobId, shardId: id, version }), "planned");
  }
}

/** A job with one task of `count` objects, dispatched and taken. */
export async function heldTask(
  ledger: Ledger,
  count = 3,
  spec: Partial<JobSpecInput> = {},
): Promise<{ readonly jobId: string; readonly pointer: TaskPointer; readonly held: HeldAnswer }> {
  const jobId = await submit(ledger, spec);
  await plan(ledger, jobId, [plannedTask(count)]);
  const pointer = await dispatchOne(ledger, jobId);
  return { jobId, pointer, held: await take(ledger, pointer) };
}

export async function dispatchOne(ledger: Ledger, jobId: string): Promise<TaskPointer> {
  const [pointer] = await ledger.dispatch.dispatch(jobId, 1);
  assert.ok(pointer !== undefined, "there is something to dispatch");
  return pointer;
}

export async function take(ledger: Ledger, pointer: TaskPointer): Promise<HeldAnswer> {
  const taken = await ledger.tasks.take(pointer, "worker-1");
  assert.equal(taken.answer, "held");
  assert.ok(taken.answer === "held");
  return taken;
}

export function failedOutcome(object: SourceObject, index: number, code: FaultCode = "SOURCE_ARCHIVED"): Outcome {
  const { key, sizeBytes, etag } = object;
  const atMs = Date.UTC(2026, 0, 2);
  return { state: "failed", index, key, sizeBytes, sourceEtag: etag, attempts: 2, atMs, code, message: `no ${key}` };
}

export function skippedOutcome(object: SourceObject, index: number): Outcome {
  const { key, sizeBytes, etag } = object;
  const base = { index, key, sizeBytes, sourceEtag: etag, attempts: 1, atMs: Date.UTC(2026, 0, 1) };
  return { ...base, state: "skipped", targetKey: `t/${key}`, because: "already-there" };
}

/** What becomes of a task's objects: all are copied but those that `code` names a fault for. */
export function outcomesOf(
  held: HeldAnswer,
  code: (index: number) => FaultCode | undefined = () => undefined,
): readonly Outcome[] {
  return held.manifest.objects.map((object, index) => {
    const fault = code(index);
    return fault === undefined ? copiedOutcome(object, index) : failedOutcome(object, index, fault);
  });
}

/** The commit of a task whose record holds `recorded` and whose other outcomes are `outcomes`. */
export function commitOf(
  held: HeldAnswer,
  outcomes: readonly Outcome[],
  { recorded = [], part }: { readonly recorded?: readonly Outcome[]; readonly part?: string } = {},
): Commit {
  return {
    outcomes,
    tally: outcomes.reduce(tallied, emptyTally),
    failures: failuresOf(held, [...recorded, ...outcomes]),
    journalPart: part,
    written: [],
  };
}

/** A retry's id is made from the task's, so that the same commit sent twice is the same. */
export function failuresOf(held: HeldAnswer, outcomes: readonly Outcome[]): readonly FailedBatch[] {
  const codes = new Set(outcomes.flatMap((outcome) => (outcome.state === "failed" ? [outcome.code] : [])));
  return [...codes].map((code) => ({
    code,
    retryTaskId: createHash("md5").update(`${held.task.taskId}${code}`).digest("hex"),
    objects: outcomes.flatMap((outcome) => {
      const object = held.manifest.objects[outcome.index];
      if (object === undefined || outcome.state !== "failed" || outcome.code !== code) return [];
      return [{ ...object, message: outcome.message, attempts: outcome.attempts, atMs: outcome.atMs }];
    }),
  }));
}

export function writtenOf(held: HeldAnswer): readonly WrittenObject[] {
  return held.manifest.objects.map((source) => ({ source, targetKey: `t/${source.key}`, crc64: "17" }));
}

export async function counts(ledger: Ledger, jobId: string): Promise<JobCounts> {
  const found = await ledger.jobs.counts(jobId);
  assert.ok(found !== undefined);
  return found;
}

export async function stateOf(ledger: Ledger, jobId: string): Promise<string | undefined> {
  return (await ledger.jobs.get(jobId))?.state;
}

/** Dispatches, takes and commits all that is pending. */
export async function runAll(
  ledger: Ledger,
  jobId: string,
  code: (index: number) => FaultCode | undefined = () => undefined,
): Promise<void> {
  for (const pointer of await ledger.dispatch.dispatch(jobId, 1000)) {
    const held = await take(ledger, pointer);
    const recorded = new Set(held.progress.map(({ index }) => index));
    const rest = outcomesOf(held, code).filter(({ index }) => !recorded.has(index));
    const answer = await ledger.tasks.commit(held.task, commitOf(held, rest, { recorded: held.progress }));
    assert.equal(answer.answer, "counted");
  }
}

/** Ends a job whose tasks are all committed. */
export async function settle(ledger: Ledger, jobId: string): Promise<void> {
  assert.equal(await ledger.settling.beginSettling(jobId), true);
  for (const { taskId } of await ledger.settling.toRecheck(jobId, 1000)) {
    await ledger.settling.rechecked(jobId, taskId, []);
  }
  for (const { taskId } of await ledger.dropped.list(jobId, 1000)) {
    await ledger.dropped.journaled(jobId, taskId, `dropped-${taskId}`);
  }
  await ledger.settling.journalIndexed(jobId, await ledger.settling.journalParts(jobId, 1000));
  await ledger.settling.end(jobId, null);
}

/** A pointer that nobody was ever given. */
export function strangePointer(jobId: string): TaskPointer {
  return { version: 1, jobId, taskId: newId(), run: 1 };
}

export function tallyOf(counts: JobCounts): readonly number[] {
  const { copiedObjects, skippedObjects, failedObjects } = counts.tally;
  return [copiedObjects, skippedObjects, failedObjects];
}
