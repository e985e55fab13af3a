import { createHash, randomBytes } from "node:crypto";
import { type JobSpecInput, jobSpecSchema, splitSecrets } from "../domain/job-spec.ts";
import type { JobCredentials, JobSpec } from "../domain/job-spec.ts";
import type { JobCounts, JobRecord } from "../domain/job.ts";
import type { SourceObject } from "../domain/object.ts";
import { emptyTally, type Outcome } from "../domain/outcome.ts";
import type { NewJob } from "../ports/job-ledger.ts";

/** Credentials as the builders' jobs have them. */
export const someCredentials: JobCredentials = {
  source: { accessKeyId: "source-id", secretAccessKey: "source-secret" },
  target: { accessKeyId: "target-id", secretAccessKey: "target-secret" },
};

/** What a person would write, complete with the seed's names; `changes` replace whole fields. */
function someSpecInput(changes: Partial<JobSpecInput> = {}): JobSpecInput {
  return {
    name: "local_test",
    source: {
      region: "ap-northeast-1",
      endpoint: "https://s3.ap-northeast-1.amazonaws.com",
      bucket: "eric-s3-tokyo",
      prefix: "source_folder/",
      credentials: someCredentials.source,
    },
    target: {
      region: "cn-shanghai",
      endpoint: "http://oss-cn-shanghai-internal.aliyuncs.com",
      bucket: "eric-oss-datastore-shanghai",
      prefix: "destination_folder/",
      credentials: someCredentials.target,
    },
    ...changes,
  };
}

/** A parsed job specification. */
export function someSpec(changes: Partial<JobSpecInput> = {}): JobSpec {
  return jobSpecSchema.parse(someSpecInput(changes));
}

/** A job as the ledger keeps it when it has just been submitted. */
export function someJob(changes: Partial<JobRecord> = {}, spec: Partial<JobSpecInput> = {}): JobRecord {
  return {
    id: randomBytes(16).toString("hex"),
    spec: splitSecrets(someSpec(spec)).open,
    state: "running",
    stateReason: null,
    createdAtMs: Date.UTC(2026, 0, 1),
    endedAtMs: null,
    revision: 1,
    ...changes,
  };
}

/** A job on its way into the ledger. */
export function someNewJob(changes: Partial<JobRecord> = {}, spec: Partial<JobSpecInput> = {}): NewJob {
  return { record: someJob(changes, spec), sealedCredentials: "sealed", idempotencyKey: undefined };
}

/** A listed source object. */
export function someObject(changes: Partial<SourceObject> = {}): SourceObject {
  const key = changes.key ?? "source_folder/a";
  return {
    key,
    sizeBytes: 4096,
    etag: createHash("md5").update(key).digest("hex"),
    lastModifiedMs: Date.UTC(2025, 11, 1),
    storageClass: "STANDARD",
    ...changes,
  };
}

/** `count` objects in key order below `prefix`. */
export function someObjects(count: number, prefix = "source_folder/"): SourceObject[] {
  return Array.from({ length: count }, (_, index) => someObject({ key: `${prefix}${String(index).padStart(8, "0")}` }));
}

/** That `object`, the `index`th of its manifest, was copied. */
export function copiedOutcome(object: SourceObject, index = 0): Outcome {
  return {
    state: "copied",
    index,
    key: object.key,
    sizeBytes: object.sizeBytes,
    sourceEtag: object.etag,
    attempts: 1,
    atMs: Date.UTC(2026, 0, 1),
    targetKey: object.key.replace("source_folder/", "destination_folder/"),
    targetEtag: object.etag.toUpperCase(),
    crc64: "11051210869376104954",
    proof: "md5",
  };
}

/** A job's figures, all zero but for `changes`. */
export function someCounts(changes: Partial<JobCounts> = {}): JobCounts {
  return {
    listedObjects: 0,
    listedBytes: 0,
    tally: emptyTally,
    pendingTasks: 0,
    dispatchedTasks: 0,
    runningTasks: 0,
    succeededTasks: 0,
    failedTasks: 0,
    listingFinished: false,
    failuresByCode: {},
    running: [],
    backlogBytes: 0,
    recent: { objects: 0, bytes: 0, overMs: 60_000 },
    ...changes,
  };
}
