import type { FaultCode } from "../../../domain/fault-codes.ts";
import type { StateReason } from "../../../domain/job.ts";
import type { OpenJobSpec } from "../../../domain/job-spec.ts";
import { emptyTally, type Outcome, type Tally } from "../../../domain/outcome.ts";
import type { Shard } from "../../../domain/shard.ts";
import type { JobState } from "../../../domain/state.ts";
import type { CompleteUpload, FailedBatch, Manifest, WrittenObject } from "../../../domain/task.ts";
import type { Side } from "../../../domain/trouble.ts";
import type { NewJob } from "../../../ports/job-ledger.ts";
import type { Upload, UploadedPart } from "../../../ports/object-target.ts";
import { emptyBox, type NoticeBox } from "./notice-box.ts";
import { emptyRates, type Rates } from "./rates.ts";

/** A task that is planned and not yet committed. */
export interface OpenTask {
  readonly taskId: string;
  readonly manifest: Manifest;
  readonly lane: string;
  readonly weightBytes: number;
  run: number;
  starts: number;
  /** `waiting`: its object is spread over other tasks. */
  place: "backlog" | "dispatched" | "waiting";
  /** Last sign of life while dispatched. */
  signMs: number;
  held: { readonly start: number; readonly sinceMs: number } | undefined;
  readonly rows: Map<number, Outcome>;
  tally: Tally;
  suspect: number | undefined;
  readonly crashes: Map<number, number>;
}

/** Failed objects of one task under one code, in the order in which they came. */
export interface StoredBatch {
  readonly sequence: number;
  readonly batch: FailedBatch;
  readonly weightBytes: number;
  /** How many failed tasks this batch stands for: 1 for the first of its task, 0 for the others; the sum where batches were merged. */
  readonly tasks: number;
}

/** A spread object's present generation, by the id of the object's own task. */
export interface SpreadBook {
  readonly complete: CompleteUpload;
  /** Ids of its groups that are open. */
  readonly groups: Set<string>;
  readonly parts: Map<number, UploadedPart>;
}

/** A shard that is not finished. */
export interface ShardEntry {
  shard: Shard;
  planId: string | undefined;
  /** Of each store that is silent: when it was first asked in vain, and when somebody last waited for it. */
  readonly silences: Map<Side, { readonly firstMs: number; readonly lastMs: number }>;
}

export function newShardEntry(shard: Shard): ShardEntry {
  return { shard, planId: undefined, silences: new Map() };
}

/** All that the memory ledger keeps of one job. */
export interface JobBook {
  readonly id: string;
  spec: OpenJobSpec;
  state: JobState;
  stateReason: StateReason | null;
  /** Why the job does not get on, until when that is shown, and which silent store it is about. */
  trouble: { readonly reason: StateReason; readonly untilMs: number; readonly side: Side | undefined } | undefined;
  readonly createdAtMs: number;
  endedAtMs: number | null;
  revision: number;
  sealedCredentials: string;
  readonly idempotencyKey: string | undefined;
  /** Whether settling leads to `cancelled`. */
  cancelled: boolean;
  /** Why the listing was given up. */
  abandoned: StateReason | undefined;
  readonly shards: Map<string, ShardEntry>;
  readonly open: Map<string, OpenTask>;
  /** The backlog: one queue per shard. The map's order is the ring: the lane that gave goes to the end. */
  readonly lanes: Map<string, OpenTask[]>;
  readonly dispatched: Set<OpenTask>;
  readonly spreads: Map<string, SpreadBook>;
  listedObjects: number;
  listedBytes: number;
  backlogBytes: number;
  tally: Tally;
  succeededTasks: number;
  failedTasks: number;
  failures: StoredBatch[];
  failureSequence: number;
  /** Batches up to this sequence have been looked at for merging. */
  compactedUntil: number;
  readonly failuresByCode: Map<FaultCode, number>;
  /** Since the job was submitted, resumed or retried. */
  breaker: { objects: number; failed: number; bytes: number };
  retrying: { readonly codes: readonly FaultCode[]; readonly until: number } | undefined;
  readonly recheck: Map<string, { readonly written: readonly WrittenObject[]; readonly clean: boolean }>;
  readonly journal: string[];
  /** What dropped tasks did, until it is journaled. */
  readonly dropped: Map<string, readonly Outcome[]>;
  readonly uploads: Map<string, Upload>;
  readonly rates: Rates;
  readonly notices: NoticeBox;
}

/** A job as it is submitted: running, with one shard over its whole prefix. */
export function newBook({ record, sealedCredentials, idempotencyKey }: NewJob): JobBook {
  const shard: Shard = {
    id: "0",
    version: 1,
    after: undefined,
    before: undefined,
    cursor: undefined,
  };
  return {
    ...record,
    state: "running",
    sealedCredentials,
    idempotencyKey,
    cancelled: false,
    trouble: undefined,
    abandoned: undefined,
    shards: new Map([[shard.id, newShardEntry(shard)]]),
    open: new Map(),
    lanes: new Map(),
    dispatched: new Set(),
    spreads: new Map(),
    listedObjects: 0,
    listedBytes: 0,
    backlogBytes: 0,
    tally: emptyTally,
    succeededTasks: 0,
    failedTasks: 0,
    failures: [],
    failureSequence: 0,
    compactedUntil: 0,
    failuresByCode: new Map(),
    breaker: { objects: 0, failed: 0, bytes: 0 },
    retrying: undefined,
    recheck: new Map(),
    journal: [],
    dropped: new Map(),
    uploads: new Map(),
    rates: emptyRates(),
    notices: emptyBox(),
  };
}

/** A task as it enters the backlog for the first time. */
export function newTask(
  { taskId, manifest }: { readonly taskId: string; readonly manifest: Manifest },
  lane: string,
): OpenTask {
  return {
    taskId,
    manifest,
    lane,
    weightBytes: weightOf(manifest.objects),
    run: 0,
    starts: 0,
    place: "backlog",
    signMs: 0,
    held: undefined,
    rows: new Map(),
    tally: emptyTally,
    suspect: undefined,
    crashes: new Map(),
  };
}

/** Stands for the size of a compressed manifest: some bytes per object and half of its key. */
export function weightOf(objects: readonly { readonly key: string }[]): number {
  return objects.reduce((sum, { key }) => sum + 24 + Math.ceil(key.length / 2), 0);
}

export function listingFinished(book: JobBook): boolean {
  return book.shards.size === 0;
}

/** Nothing more will be planned. */
export function listingDone(book: JobBook): boolean {
  return listingFinished(book) || book.abandoned !== undefined || book.state === "cancelling";
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    copiedObjects: a.copiedObjects + b.copiedObjects,
    copiedBytes: a.copiedBytes + b.copiedBytes,
    skippedObjects: a.skippedObjects + b.skippedObjects,
    skippedBytes: a.skippedBytes + b.skippedBytes,
    failedObjects: a.failedObjects + b.failedObjects,
  };
}
