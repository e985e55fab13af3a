import assert from "node:assert/strict";
import { type TestContext, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { asked } from "../system/asked.ts";
import { hasEnded, type JobStats, sourceBucket, startSystem, type System, type SystemPlan } from "../system/system.ts";
import type { FaultPlanInput } from "../../packages/emulators/src/core/faults.ts";
import { openUploads } from "../system/open-uploads.ts";

const mebibyte = 1024 ** 2;
const largeObjects = { multipartThreshold: mebibyte, spreadThreshold: 8 * mebibyte, partSize: mebibyte };

/** One object that the store computes. */
const synthetic = (sizeBytes: number): NonNullable<SystemPlan["source"]> => ({
  kind: "synthetic",
  objects: 1,
  keys: { scheme: "sequential", prefix: "from/" },
  sizes: { distribution: "fixed", bytes: sizeBytes },
});

async function systemFor(t: TestContext, plan: SystemPlan): Promise<System> {
  const system = await startSystem(plan);
  t.after(() => system.stop());
  return system;
}

const partsPaced: FaultPlanInput = { rules: [{ fault: "latency", operation: "UploadPart", ms: 300 }] };
const isHalfWay = (stats: JobStats): boolean => stats.succeedTasks >= 6;

/** A cancelled job shows `Abort` from the start of its end. */
const isOver = ({ pendingTasks, dispatchedTasks }: JobStats): boolean => pendingTasks + dispatchedTasks === 0;

async function bytesOf(system: System, operation: string): Promise<number> {
  return (await asked(system.stores.oss, operation)).bytesReceived;
}

function clientOf(t: TestContext, { url, region, accessKeyId, secretAccessKey }: System["stores"]["s3"]): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials });
  t.after(() => client.destroy());
  return client;
}

/** Uploads `from/large` in parts of 5 MiB, so that its ETag is no MD5. */
async function putInParts(s3: S3Client, mebibytes: number, fill: string): Promise<void> {
  const to = { Bucket: sourceBucket, Key: "from/large" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(to));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let from = 0; from < mebibytes; from += 5) {
    const PartNumber = from / 5 + 1;
    const Body = Buffer.alloc(Math.min(5, mebibytes - from) * mebibyte, `${fill} ${PartNumber} `);
    const { ETag } = await s3.send(new UploadPartCommand({ ...to, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
}

async function assertClean(system: System, job: Record<string, unknown>): Promise<void> {
  assert.deepEqual(await openUploads(system), []);
  const compared = await system.compare(job);
  assert.ok(compared.isEqual, compared.lastLine);
}

describe("large objects over the fleet", { timeout: 300_000 }, () => {
  test("a worker killed half-way costs what it had under way, and the object is exact", async (t) => {
    const sizeBytes = 200 * mebibyte - 12_345;
    const system = await systemFor(t, { workers: 3, source: synthetic(sizeBytes) });
    await system.faults("oss", partsPaced);
    const job = system.job({ largeObjects });
    const id = await system.submit(job);
    const early = await system.until(id, isHalfWay);
    await system.processes.kill("worker-1");
    assert.equal(early.objects.copied, 0, "it was killed too late to prove anything");
    assert.ok(early.dispatchedTasks > 1, "several tasks share the object");
    await system.faults("oss", { rules: [] });
    const end = await system.until(id, hasEnded);
    assert.deepEqual([end.jobState, end.objects.copied, end.bytes.copied], ["Succeed", 1, sizeBytes]);
    const extraBytes = (await bytesOf(system, "UploadPart")) - sizeBytes;
    // Four tasks with four parts each, at most, of one mebibyte.
    assert.ok(extraBytes <= 17 * mebibyte, `${extraBytes} bytes were sent twice`);
    await assertClean(system, job);
  });

  test("an object replaced in the middle arrives as its new version", async (t) => {
    const system = await systemFor(t, { workers: 2 });
    const store = clientOf(t, system.stores.s3);
    await putInParts(store, 60, "old");
    // Slow enough that a pause on a busy machine still comes in the middle.
    await system.faults("oss", { rules: [{ fault: "latency", operation: "UploadPart", ms: 2000 }] });
    const job = system.job({ largeObjects });
    const id = await system.submit(job);
    await system.until(id, ({ runningTasks }) => runningTasks > 1);
    // Else the store might be slower to take the new version than the job to copy the old one.
    await system.call("POST", `/jobs/${id}/pause`);
    await system.until(id, ({ runningTasks }) => runningTasks === 0);
    assert.ok((await bytesOf(system, "UploadPart")) > 0);
    await putInParts(store, 55, "new");
    await system.faults("oss", { rules: [] });
    await system.call("POST", `/jobs/${id}/resume`);
    const end = await system.until(id, hasEnded);
    assert.deepEqual([end.jobState, end.objects.copied, end.bytes.copied], ["Succeed", 1, 55 * mebibyte]);
    await assertClean(system, job);
  });

  test("an upload that somebody aborts at the target is begun anew", async (t) => {
    const system = await systemFor(t, { workers: 2, source: synthetic(100 * mebibyte) });
    await system.faults("oss", partsPaced);
    const job = system.job({ largeObjects });
    const id = await system.submit(job);
    await system.until(id, ({ succeedTasks }) => succeedTasks >= 2);
    const [upload, ...others] = await openUploads(system);
    assert.ok(upload !== undefined && others.length === 0);
    await upload.abort();
    await system.faults("oss", { rules: [] });
    const end = await system.until(id, hasEnded);
    assert.deepEqual([end.jobState, end.objects.copied], ["Succeed", 1]);
    await assertClean(system, job);
  });

  test("pause stops the parts within seconds, resume goes on with them, cancel leaves nothing half-written", async (t) => {
    const sizeBytes = 100 * mebibyte;
    const system = await systemFor(t, { workers: 2, source: synthetic(sizeBytes) });
    await system.faults("oss", partsPaced);
    const job = system.job({ largeObjects });
    const id = await system.submit(job);
    await system.until(id, ({ runningTasks }) => runningTasks > 1);
    await system.call("POST", `/jobs/${id}/pause`);
    await system.until(id, ({ runningTasks }) => runningTasks === 0);
    const paused = await bytesOf(system, "UploadPart");
    await sleep(1500);
    assert.equal(await bytesOf(system, "UploadPart"), paused, "nothing is sent while the job is paused");
    await system.call("POST", `/jobs/${id}/resume`);
    await system.until(id, ({ succeedTasks }) => succeedTasks >= 2);
    await system.call("POST", `/jobs/${id}/cancel`);
    const end = await system.until(id, isOver);
    assert.deepEqual([end.jobState, end.objects.copied], ["Abort", 0]);
    for (let tries = 0; (await openUploads(system)).length > 0; tries += 1) {
      assert.ok(tries < 100, "settling aborts what was begun");
      await sleep(200);
    }
  });
});
