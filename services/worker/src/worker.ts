import { partsAtOnce } from "@causeway/shared/domain/parts.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import type { SpreadLedger } from "@causeway/shared/ports/spread-ledger.ts";
import type { TaskLedger, UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { createAloneGate } from "./alone-gate.ts";
import { createPersist } from "./attempts.ts";
import type { Totals } from "./copy-batch.ts";
import { createCopyObject } from "./copy-object.ts";
import { type JobContexts, createJobContexts } from "./job-context.ts";
import type { OpenStores } from "./stores.ts";
import { createFeeder } from "./feeder.ts";
import { createMigrateObject } from "./migrate-object.ts";
import { type PathWatch, createPathWatch } from "./path-watch.ts";
import { type RunTask, createRunTask } from "./run-task.ts";
import { type Scheduler, createScheduler } from "./scheduler.ts";

/** What a worker needs of the world. */
export interface WorkerParts {
  readonly workerId: string;
  readonly ledger: {
    readonly jobs: JobLedger;
    readonly tasks: TaskLedger;
    readonly spreads: SpreadLedger;
    readonly uploads: UploadLedger;
  };
  readonly journal: Journal;
  readonly seal: CredentialSeal;
  readonly openStores: OpenStores;
  readonly checksums: Checksums;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  /** Connections and memory of this process, over all its tasks. */
  readonly connections: number;
  readonly memoryBytes: number;
  /** In which share of the time since it was asked last this process had work, 0 to 1. */
  readonly busyShare: () => number;
  /** Aborted when tasks must be handed back, because the process has to end. */
  readonly handBack: AbortSignal;
}

export interface Worker {
  readonly runTask: RunTask;
  readonly pathWatch: PathWatch;
  readonly jobs: JobContexts;
  readonly scheduler: Scheduler;
  /** The tasks that are held at the moment. */
  readonly running: ReadonlySet<TaskPointer>;
  readonly totals: Readonly<Totals>;
}

/** Bodies up to here go by way of memory, where one GET and one PUT cost least; larger ones would fill it. */
const bufferBytes = 256 * 1024;
/** What a streamed body takes of the memory budget: the windows of both its connections. */
const windowBytes = 1024 ** 2;
const largeAtOnce = 8;

/** Puts the parts of one worker process together. */
export function createWorker(parts: WorkerParts): Worker {
  const { ledger, clock, log, meter, checksums } = parts;
  const scheduler = createScheduler(parts, clock);
  const pathWatch = createPathWatch(clock, log);
  const persist = createPersist({ clock, scheduler, meter });
  const copyObject = createCopyObject({
    scheduler,
    checksums,
    persist,
    uploads: ledger.uploads,
    bufferBytes,
    windowBytes,
    partsAtOnce,
  });
  const migrateObject = createMigrateObject({ copyObject, persist, clock, log });
  const jobs = createJobContexts({ ...parts, ledger: ledger.jobs, pathWatch });
  const running = new Set<TaskPointer>();
  const totals: Totals = { objects: 0, bytes: 0 };
  const runTask = createRunTask({
    ...parts,
    ledger: ledger.tasks,
    jobLedger: ledger.jobs,
    spreads: ledger.spreads,
    uploads: ledger.uploads,
    migrateObject,
    copyObject,
    scheduler,
    windowBytes,
    partsAtOnce,
    persist,
    jobs,
    pathWatch,
    running,
    totals,
    gate: createAloneGate(),
    bufferBytes,
    // One task alone may use every connection to either side.
    feeder: createFeeder({ scheduler, atOnce: 2 * parts.connections }),
    largeAtOnce,
  });
  return { runTask, pathWatch, jobs, scheduler, running, totals };
}
