import { randomBytes } from "node:crypto";
import { checksums } from "@causeway/shared/adapters/crc64/checksums.ts";
import { createJournal } from "@causeway/shared/adapters/journal/journal.ts";
import { createMemoryBlobStore } from "@causeway/shared/adapters/journal/memory-blobs.ts";
import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { createMemorySource } from "@causeway/shared/adapters/memory/object-source.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import type { JobSpecInput } from "@causeway/shared/domain/job-spec.ts";
import type { JobCounts } from "@causeway/shared/domain/job.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { Hold } from "@causeway/shared/ports/task-queue.ts";
import { someCredentials, someJob } from "@causeway/shared/testing/builders.ts";
import { withHold } from "../../src/hold-guard.ts";
import { type Worker, type WorkerParts, createWorker } from "../../src/worker.ts";

export const noSignal = { signal: new AbortController().signal };

/** A hold whose freshness a test decides. */
export interface TestHold extends Hold {
  fresh: boolean;
  lose(): void;
}

export function createTestHold(): TestHold {
  const controller = new AbortController();
  const hold: TestHold = {
    fresh: true,
    isFresh: () => hold.fresh,
    signal: controller.signal,
    lose: () => controller.abort(new Error("the lock is lost")),
  };
  return hold;
}

export interface WorldOptions {
  readonly spec?: Partial<JobSpecInput>;
  /** Puts something between the worker and its stores. */
  readonly source?: (source: ObjectSource) => ObjectSource;
  readonly target?: (target: ObjectTarget) => ObjectTarget;
  readonly journal?: (journal: Journal) => Journal;
}

/** A whole small world in memory: a job, its stores and a worker. */
export function createWorld(options: WorldOptions = {}) {
  const clock = createSystemClock();
  const ledger = createMemoryLedger(clock);
  const source = createMemorySource();
  const target = createMemoryTarget();
  const realJournal = createJournal(createMemoryBlobStore());
  const journal = options.journal?.(realJournal) ?? realJournal;
  const seal = createSeal(Buffer.alloc(32, 7));
  const record = someJob({}, options.spec);
  const handBack = new AbortController();
  const seenSource = options.source?.(source) ?? source;
  const seenTarget = options.target?.(target) ?? target;

  const sealed = (): string => seal.seal(someCredentials);
  let opened = 0;

  const worker = (workerId = "worker-1", seenLedger: WorkerParts["ledger"] = ledger): Worker =>
    createWorker({
      workerId,
      ledger: seenLedger,
      journal,
      seal,
      openStores: () => {
        opened += 1;
        return {
          source: seenSource,
          targetFor: (mayWrite) => withHold(seenTarget, mayWrite),
          unlimited: { source: seenSource, target: seenTarget },
          close: async () => {},
        };
      },
      checksums,
      clock,
      meter: { count() {}, time() {}, gauge() {}, timer: () => () => {} },
      log: createLogger({ service: "worker", level: "fatal", version: "test" }),
      connections: 16,
      memoryBytes: 64 * 1024 ** 2,
      busyShare: () => 0,
      handBack: handBack.signal,
    });

  /** Lays objects at the source and answers them as a listing shows them. */
  const lay = async (bodies: Readonly<Record<string, Uint8Array | string>>): Promise<readonly SourceObject[]> => {
    for (const [key, body] of Object.entries(bodies)) source.lay({ key, bytes: Buffer.from(body) });
    const page = await source.listPage({ after: undefined, prefix: record.spec.source.prefix, limit: 1000 }, noSignal);
    return page.objects;
  };

  /** Submits the job with these objects as its only task, and dispatches it. */
  const plan = async (objects: readonly SourceObject[]): Promise<TaskPointer> => {
    const jobId = record.id;
    await ledger.jobs.submit({ record, sealedCredentials: sealed(), idempotencyKey: undefined });
    const [shard] = await ledger.plans.shards(jobId);
    if (shard === undefined) throw new Error("a new job has one shard");
    const taskId = randomBytes(16).toString("hex");
    const tasks = [{ taskId, manifest: { kind: "copy-batch" as const, objects } }];
    const step = { jobId, shardId: shard.id, version: shard.version, planId: "p", cursor: "z", tasks };
    await ledger.plans.plan(step);
    await ledger.plans.finish({ jobId, shardId: shard.id, version: shard.version + 1 });
    return dispatch();
  };
  const dispatch = async (): Promise<TaskPointer> => {
    const [pointer] = await ledger.dispatch.dispatch(record.id, 1);
    if (pointer === undefined) throw new Error("nothing to dispatch");
    return pointer;
  };

  const counts = async (): Promise<JobCounts> => {
    const found = await ledger.jobs.counts(record.id);
    if (found === undefined) throw new Error("the job is gone");
    return found;
  };
  /** All outcomes that the journal's index leads to. */
  const outcomes = async (): Promise<readonly Outcome[]> => {
    const names = await ledger.settling.journalParts(record.id, 1000);
    await journal.appendIndex(record.id, names, noSignal);
    const found: Outcome[] = [];
    for await (const outcome of journal.read(record.id, noSignal)) found.push(outcome);
    return found.sort((a, b) => a.index - b.index);
  };

  return {
    jobId: record.id,
    sealed,
    opened: () => opened,
    ledger,
    source,
    target,
    worker,
    lay,
    plan,
    dispatch,
    counts,
    outcomes,
    handBack,
  };
}

export type World = ReturnType<typeof createWorld>;
