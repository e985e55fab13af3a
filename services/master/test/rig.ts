import { randomBytes } from "node:crypto";
import { createJournal } from "@causeway/shared/adapters/journal/journal.ts";
import { createMemoryBlobStore } from "@causeway/shared/adapters/journal/memory-blobs.ts";
import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { createMemorySource } from "@causeway/shared/adapters/memory/object-source.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { createMemoryShardQueue, createMemoryTaskQueue } from "@causeway/shared/adapters/memory/task-queue.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import type { JobSpecInput } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import { emptyTally, type Outcome, tallied } from "@causeway/shared/domain/outcome.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { Webhook } from "@causeway/shared/ports/webhook.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import { copiedOutcome, someCredentials, someJob } from "@causeway/shared/testing/builders.ts";
import type { OpenStores } from "../src/job-stores.ts";
import type { ShardWatch } from "../src/shard-sight.ts";
import { createMaster, type Master, type MasterSettings } from "../src/master.ts";

export const quiet = createLogger({ service: "test", level: "fatal", version: "0" }, { write: () => undefined });
export const noMeter: Meter = {
  count: () => undefined,
  time: () => undefined,
  gauge: () => undefined,
  timer: () => () => undefined,
};
export const unwatched: ShardWatch = { onShard: () => undefined, onPage: () => undefined };
export const never = new AbortController().signal;
export const newId = () => randomBytes(16).toString("hex");

/** A source that holds `keys`, each with a few bytes. */
export function sourceOf(keys: readonly string[]) {
  return createMemorySource(keys.map((key) => ({ key, bytes: Buffer.from(key) })));
}

export function numberedKeys(count: number, prefix = "source_folder/"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(6, "0")}`);
}

export interface RigOptions {
  readonly source?: ObjectSource;
  readonly target?: ObjectTarget;
  readonly clock?: Clock;
  readonly webhook?: Webhook;
  /** Where jobs are kept, if it is not to be in memory. */
  readonly ledger?: Ledger;
  /** Who may do a duty, if it is not to be one at a time. */
  readonly lease?: Lease;
  readonly journal?: Journal;
  /** How masters open a job's stores, if it is not to be these two. */
  readonly openStores?: OpenStores;
}

/** A whole fleet in one process over the memory ledger: masters of the real code, workers that only say "copied". */
export function createRig(options: RigOptions = {}) {
  const clock = options.clock ?? createSystemClock();
  const ledger = options.ledger ?? createMemoryLedger(clock);
  const tasks = createMemoryTaskQueue();
  const shards = createMemoryShardQueue();
  const journal = options.journal ?? createJournal(createMemoryBlobStore());
  const seal = createSeal(Buffer.alloc(32, 1));
  const source = options.source ?? sourceOf(numberedKeys(42));
  const target = options.target ?? createMemoryTarget();

  async function submit(spec: Partial<JobSpecInput> = {}): Promise<JobRecord> {
    const record = someJob({ createdAtMs: clock.now() }, spec);
    const sealedCredentials = seal.seal(someCredentials);
    await ledger.jobs.submit({ record, sealedCredentials, idempotencyKey: undefined });
    return record;
  }

  function master(settings: Partial<MasterSettings> = {}): Master {
    return createMaster({
      ledger: { ...ledger, lease: options.lease ?? ledger.lease },
      tasks,
      shards,
      shardConsumer: shards.consumer({ concurrency: 2 }),
      journal,
      openStores: options.openStores ?? (() => ({ source, target })),
      seal,
      webhook: options.webhook ?? { send: async () => ({ answer: "accepted" }) },
      clock,
      meter: noMeter,
      log: quiet,
      newId,
      settings: {
        host: "here",
        journal: { url: "file:///journal", shared: false },
        listers: 2,
        backlogBudgetBytes: 1 << 26,
        ...settings,
      },
    });
  }

  /** Takes a task and commits that everything in it was copied. */
  async function workOn(pointer: TaskPointer): Promise<void> {
    const taken = await ledger.tasks.take(pointer, "worker");
    if (taken.answer !== "held") return;
    const outcomes = taken.manifest.objects.map((object: SourceObject, index): Outcome => copiedOutcome(object, index));
    const journalPart = await journal.writePart(pointer.jobId, pointer.taskId, outcomes, { signal: never });
    const tally = outcomes.reduce(tallied, emptyTally);
    await ledger.tasks.commit(taken.task, { outcomes, tally, failures: [], journalPart, written: [] });
  }

  function worker() {
    const consumer = tasks.consumer({ concurrency: 4 });
    consumer.start(async (pointer) => {
      await workOn(pointer);
      return "done";
    });
    return consumer;
  }

  return { clock, ledger, tasks, shards, journal, seal, source, target, submit, master, worker, workOn };
}

export type Rig = ReturnType<typeof createRig>;

/** Polls until `holds`, for as long as a busy machine may take. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const clock = createSystemClock();
  const deadlineMs = clock.monotonicMs() + withinMs;
  while (!(await holds())) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`did not come to pass within ${withinMs} ms: ${what}`);
    await clock.sleep(20, { signal: never });
  }
}

export async function stateOf(rig: Rig, jobId: string): Promise<string | undefined> {
  return (await rig.ledger.jobs.get(jobId))?.state;
}
