import type { JobSpecInput } from "../job-spec.ts";
import { carriedKeys } from "./carried.ts";
import { otherKeys } from "./keys.ts";
import { parseBytes, parseProperties } from "./parse.ts";
import { type Side, readSide } from "./side.ts";

export type MappedJob =
  | { readonly answer: "mapped"; readonly spec: JobSpecInput; readonly warnings: readonly string[] }
  /** Sentences, one for each thing that is wrong. */
  | { readonly answer: "refused"; readonly faults: readonly string[]; readonly warnings: readonly string[] };

/** OSSImport's standalone form runs one job, always under this name. */
const standaloneName = "local_test";
const mostObjectsPerTask = 10_000;
const usualSpreadThreshold = 1024 ** 3;
const throughputKey = "workerMaxThroughput(KB/s)";
/** 0 by OSSImport's documents, 100 GB/s in the file that it ships. */
const unlimitedKilobytes: ReadonlySet<number> = new Set([0, 100_000_000]);

/** What is told while a file is read. */
export interface Notes {
  readonly faults: string[];
  readonly warnings: string[];
}

/** Makes a job of OSSImport's `job.cfg` or `local_job.cfg`; the keys of its `sys.properties` may stand there, too. */
export function jobOfProperties(text: string): MappedJob {
  const values = parseProperties(text);
  const notes: Notes = { faults: [], warnings: [] };
  lookAtOtherKeys(values, notes);
  if (!["s3", ""].includes(values.get("srcType") ?? "")) {
    notes.faults.push(`srcType is ${values.get("srcType")}: Causeway copies from s3 only`);
  }
  const source = readSide("src", values, notes);
  const target = readSide("dest", values, notes);
  const tasks = readTasks(values, notes);
  const largeObjects = readLargeObjects(values, notes);
  const bytesPerSecond = readThroughput(values, notes);
  const { faults, warnings } = notes;
  if (faults.length > 0 || source === undefined || target === undefined) return { answer: "refused", faults, warnings };
  return {
    answer: "mapped",
    warnings,
    spec: {
      name: given(values, "jobName") ?? standaloneName,
      source: { provider: "s3", ...withoutAddresses(source), ...pathStyle(values, source.endpoint) },
      target: {
        provider: "oss",
        ...target,
        ...(isTrue(values, "isServerSideEncryption") ? { serverSideEncryption: { algorithm: "AES256" as const } } : {}),
      },
      // OSSImport overwrites unless told otherwise.
      overwrite: isTrue(values, "isSkipExistFile") ? "if-different" : "always",
      tasks,
      largeObjects,
      ...(bytesPerSecond === undefined ? {} : { limits: { bytesPerSecond } }),
    },
  };
}

function lookAtOtherKeys(values: ReadonlyMap<string, string>, notes: Notes): void {
  for (const [key, value] of values) {
    if (carriedKeys.has(key)) continue;
    const rule = otherKeys.get(key);
    if (rule === undefined) {
      notes.faults.push(`${key} is not a key of job.cfg or sys.properties; correct its spelling or remove it`);
    } else if (value !== "" && !rule.harmless.includes(value.toLowerCase())) {
      (rule.otherwise === "warn" ? notes.warnings : notes.faults).push(`${key} ${rule.advice}`);
    }
  }
}

function readTasks(values: ReadonlyMap<string, string>, notes: Notes): NonNullable<JobSpecInput["tasks"]> {
  const asked = readBytes(values, "taskObjectCountLimit", notes);
  const sizeLimit = readBytes(values, "taskObjectSizeLimit", notes);
  if (asked !== undefined && asked > mostObjectsPerTask) {
    notes.warnings.push(`taskObjectCountLimit is lowered to ${mostObjectsPerTask}, the most that a task may hold`);
  }
  return {
    ...(asked === undefined ? {} : { objectCountLimit: Math.min(asked, mostObjectsPerTask) }),
    ...(sizeLimit === undefined ? {} : { objectSizeLimit: sizeLimit }),
  };
}

function readLargeObjects(
  values: ReadonlyMap<string, string>,
  notes: Notes,
): NonNullable<JobSpecInput["largeObjects"]> {
  const multipartThreshold = readBytes(values, "multipartUploadThreshold", notes);
  const partSize = readBytes(values, "multipartUploadPartSize", notes);
  return {
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    // Above the usual threshold of spreading, that one goes along: it must not be the lower one.
    ...(multipartThreshold === undefined || multipartThreshold <= usualSpreadThreshold
      ? {}
      : { spreadThreshold: multipartThreshold }),
    ...(partSize === undefined ? {} : { partSize }),
  };
}

/** OSSImport holds each worker to it. How many there will be nobody knows here, so it becomes the whole job's limit. */
function readThroughput(values: ReadonlyMap<string, string>, notes: Notes): number | undefined {
  const text = given(values, throughputKey);
  if (text === undefined) return undefined;
  if (!/^\d{1,12}$/.test(text)) {
    notes.faults.push(`${throughputKey} must be a whole number of KB/s, or 0`);
    return undefined;
  }
  if (unlimitedKilobytes.has(Number(text))) return undefined;
  const cure = "multiply it by the number of workers if it was meant for each (causeway limits changes it at any time)";
  notes.warnings.push(`${throughputKey} is taken as the limit of the whole job; ${cure}`);
  return Number(text) * 1024;
}

function readBytes(values: ReadonlyMap<string, string>, key: string, notes: Notes): number | undefined {
  const text = given(values, key);
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes === undefined || bytes === 0)
    notes.faults.push(`${key} must be a number above 0, with k, m or g behind it if you like`);
  return bytes;
}

/** Buckets cannot stand in front of an IP address, so such endpoints are asked in path style. */
function pathStyle(values: ReadonlyMap<string, string>, endpoint: string): { readonly pathStyle?: boolean } {
  const host = URL.parse(endpoint)?.hostname ?? "";
  const isAddress = /^[\d.]+$|^\[/.test(host) || host === "localhost";
  return isAddress || isTrue(values, "srcPathStyle") ? { pathStyle: true } : {};
}

function withoutAddresses({ addresses: _addresses, ...side }: Side): Omit<Side, "addresses"> {
  return side;
}

function isTrue(values: ReadonlyMap<string, string>, key: string): boolean {
  return values.get(key)?.toLowerCase() === "true";
}

/** A key's value; undefined where it is missing or empty. */
function given(values: ReadonlyMap<string, string>, key: string): string | undefined {
  const value = values.get(key);
  return value === "" ? undefined : value;
}
