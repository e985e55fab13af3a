import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import OSS from "ali-oss";
import { outcomeOfLine } from "@causeway/shared/domain/journal-row.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import type { FaultPlanInput } from "../../packages/emulators/src/core/faults.ts";
import { openUploads } from "../system/open-uploads.ts";
import {
  type JobStats,
  type System,
  type SystemPlan,
  hasEnded,
  sourceBucket,
  startSystem,
  targetBucket,
} from "../system/system.ts";

/** How objects travel, by their size: the job's part size is 1 MiB, its threshold 2 MB. */
export const sizes = { small: 100_000, streamed: 1_000_000, parts: 3_000_000 } as const;
export type Way = keyof typeof sizes;
/** A store that never answers costs half a minute at each attempt. */
const runTimeoutMs = 300_000;
const largeObjects = { multipartThreshold: 2_000_000, partSize: 1_048_576 };

/** What the store keeps of each object; `none` is a checksum of parts' checksums, which proves no whole. */
export const stored: readonly (readonly [Way, "md5" | "crc64nvme" | "crc32c" | "sha256" | "none"])[] = [
  ["small", "md5"],
  ["small", "crc64nvme"],
  ["small", "crc32c"],
  ["small", "none"],
  ["streamed", "md5"],
  ["streamed", "crc64nvme"],
  ["streamed", "crc32c"],
  ["streamed", "none"],
  ["parts", "crc64nvme"],
  ["parts", "crc32c"],
  ["parts", "sha256"],
  ["parts", "none"],
];

export interface Run {
  readonly end: JobStats;
  readonly job: Record<string, unknown>;
  /** By the source's key without `from/`, such as `small/md5`. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What the target holds of this job, keys without its prefix. */
  readonly arrived: readonly string[];
  /** Uploads that nobody completed or aborted. */
  readonly leftUploads: number;
}

export interface IntegrityWorld {
  readonly system: System;
  /** Runs a job of its own prefix under these faults. */
  readonly run: (faults: { readonly s3?: Rules; readonly oss?: Rules }, extra?: object) => Promise<Run>;
}

export type Rules = NonNullable<FaultPlanInput["rules"]>;

/** The system with one worker, and objects of every size and proof at the source. */
export async function startIntegrityWorld(t: TestContext, plan: SystemPlan = {}): Promise<IntegrityWorld> {
  const system = await startSystem({ workers: 1, ...plan });
  t.after(() => system.stop());
  if (plan.source === undefined) await layObjects(system);
  return { system, run: startIntegrityRuns(system) };
}

/** Runs jobs of this system, each into a prefix of its own. */
export function startIntegrityRuns(system: System): IntegrityWorld["run"] {
  let runs = 0;
  return async ({ s3 = [], oss = [] }, extra = {}) => {
    runs += 1;
    const prefix = `to-${runs}/`;
    const plain = system.job({ largeObjects, ...extra });
    const job = { ...plain, target: { ...(plain["target"] as object), prefix } };
    await system.faults("s3", { rules: s3 });
    await system.faults("oss", { rules: oss });
    const id = await system.submit(job);
    const end = await system.until(id, hasEnded, runTimeoutMs);
    await system.faults("s3", { rules: [] });
    await system.faults("oss", { rules: [] });
    return {
      end,
      job,
      outcomes: await journalOf(system, id),
      arrived: (await keysAt(system, prefix)).map((key) => key.slice(prefix.length)),
      leftUploads: (await openUploads(system)).length,
    };
  };
}

async function layObjects(system: System): Promise<void> {
  const { url, region, accessKeyId, secretAccessKey } = system.stores.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials });
  for (const [way, proof] of stored) {
    const to = { Bucket: sourceBucket, Key: `from/${way}/${proof}` };
    const Body = Buffer.alloc(sizes[way], `${way} ${proof} `);
    if (proof === "md5") await s3.send(new PutObjectCommand({ ...to, Body }));
    else if (proof === "sha256") await s3.send(new PutObjectCommand({ ...to, Body, ChecksumAlgorithm: "SHA256" }));
    else await putAsOnePart(s3, to, Body, proof);
  }
  s3.destroy();
}

const ofParts = {
  crc64nvme: { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "FULL_OBJECT" },
  crc32c: { ChecksumAlgorithm: "CRC32C", ChecksumType: "FULL_OBJECT" },
  none: { ChecksumAlgorithm: "SHA256", ChecksumType: "COMPOSITE" },
} as const;

/** An object whose ETag is no MD5. */
async function putAsOnePart(
  s3: S3Client,
  to: { readonly Bucket: string; readonly Key: string },
  Body: Buffer,
  proof: keyof typeof ofParts,
): Promise<void> {
  const { ChecksumAlgorithm } = ofParts[proof];
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...to, ...ofParts[proof] }));
  const part = await s3.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body, ChecksumAlgorithm }));
  const { ETag, ChecksumSHA256, ChecksumCRC32C, ChecksumCRC64NVME } = part;
  const Parts = [{ PartNumber: 1, ETag, ChecksumSHA256, ChecksumCRC32C, ChecksumCRC64NVME }];
  await s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
}

async function journalOf(system: System, jobId: string): Promise<ReadonlyMap<string, Outcome>> {
  const folder = join(system.folder, "journal");
  const files = await readdir(folder, { recursive: true });
  const outcomes = new Map<string, Outcome>();
  for (const file of files.filter((path) => path.includes(jobId) && path.endsWith(".ndjson.gz"))) {
    const lines = gunzipSync(await readFile(join(folder, file)))
      .toString()
      .trimEnd()
      .split("\n");
    for (const line of lines) {
      const outcome = outcomeOfLine(line);
      outcomes.set(outcome.key.replace(/^from\//, ""), outcome);
    }
  }
  return outcomes;
}

/** What the target holds, as Alibaba's own client lists it. */
async function keysAt(system: System, prefix: string): Promise<readonly string[]> {
  const { url, region, accessKeyId, secretAccessKey } = system.stores.oss;
  const { hostname, port } = new URL(url);
  const client = new OSS({
    endpoint: `http://${hostname}:${port}`,
    region: `oss-${region}`,
    bucket: targetBucket,
    accessKeyId,
    accessKeySecret: secretAccessKey,
  });
  const { objects } = await client.listV2({ prefix, "max-keys": "1000" });
  return (objects ?? []).map(({ name }) => name);
}
