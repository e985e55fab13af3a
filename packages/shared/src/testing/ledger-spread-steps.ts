import assert from "node:assert/strict";
import { groupParts, partRange } from "../domain/parts.ts";
import type { CompleteUpload, CopyBatch, CopyParts, SpreadCopy } from "../domain/task.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { UploadedPart } from "../ports/object-target.ts";
import type { SpreadStep } from "../ports/spread-ledger.ts";
import { someObject } from "./builders.ts";
import { dispatchOne, type HeldAnswer, newId, plan, submit, take } from "./ledger-steps.ts";

/** 20 parts of 100 bytes, the last one shorter: three groups of eight at most. */
const spreadBytes = 1990;
const partSizeBytes = 100;

/** A job with one task of one large object, dispatched and taken. */
export async function heldLarge(ledger: Ledger, key = "large"): Promise<{ jobId: string; held: HeldAnswer }> {
  const jobId = await submit(ledger);
  const objects = [someObject({ key, sizeBytes: spreadBytes })];
  await plan(ledger, jobId, [{ taskId: newId(), manifest: { kind: "copy-batch", objects } }]);
  return { jobId, held: await take(ledger, await dispatchOne(ledger, jobId)) };
}

/** What the holder of a large object's task has to say once its upload is begun. */
export function spreadStepOf({ task, manifest }: HeldAnswer): SpreadStep {
  const { objects } = manifest;
  const [version] = objects;
  assert.ok(version !== undefined && manifest.kind === "copy-batch");
  const spread: SpreadCopy = {
    objectTaskId: task.taskId,
    version: { ...version, etag: `${version.etag}-2`, lastModifiedMs: 5, storageClass: "GLACIER_IR" },
    targetKey: `t/${version.key}`,
    uploadId: `upload-${newId()}`,
    partSizeBytes,
    proof: { algorithm: "crc64nvme", expected: "AAAAAAAAAAA=" },
    restarts: manifest.restarts ?? 0,
  };
  const count = Math.ceil(version.sizeBytes / partSizeBytes);
  const groups = groupParts({ count, partSizeBytes }).map((group) => ({
    taskId: newId(),
    manifest: { kind: "copy-parts", objects, spread, ...group } as const satisfies CopyParts,
  }));
  return { groups, complete: { kind: "complete-upload", objects, spread } satisfies CompleteUpload };
}

/** The parts of a group as its copy leaves them at the target. */
export function partsOfGroup({ manifest }: HeldAnswer): readonly UploadedPart[] {
  assert.ok(manifest.kind === "copy-parts");
  const { firstPart, lastPart, spread } = manifest;
  return Array.from({ length: lastPart - firstPart + 1 }, (_, at) => {
    const partNumber = firstPart + at;
    const { first, last } = partRange(spread, spread.version.sizeBytes, partNumber);
    return {
      partNumber,
      etag: `"etag ${partNumber}`,
      crc64: 2n ** 64n - BigInt(partNumber),
      // As long as an MD5.
      sourceChecksum: 2n ** 128n - BigInt(partNumber),
      attempts: (partNumber % 5) + 1,
      sizeBytes: last - first + 1,
    };
  });
}

/** What a large object's task begins again as. */
export function nextBatch({ manifest }: HeldAnswer): CopyBatch {
  assert.ok(manifest.kind !== "copy-batch");
  return { kind: "copy-batch", objects: manifest.objects, restarts: manifest.spread.restarts + 1 };
}

/** Spreads a large object; answers its groups, dispatched and taken. */
export async function heldGroups(
  ledger: Ledger,
): Promise<{ jobId: string; held: HeldAnswer; step: SpreadStep; groups: readonly HeldAnswer[] }> {
  const { jobId, held } = await heldLarge(ledger);
  const step = spreadStepOf(held);
  assert.equal(await ledger.spreads.spread(held.task, step), "spread");
  const groups: HeldAnswer[] = [];
  for (const pointer of await ledger.dispatch.dispatch(jobId, 10)) groups.push(await take(ledger, pointer));
  return { jobId, held, step, groups };
}

/** Records all parts of a group and commits it. */
export async function commitGroup(ledger: Ledger, group: HeldAnswer): Promise<string> {
  assert.ok(group.manifest.kind === "copy-parts");
  await ledger.spreads.record(group.task, partsOfGroup(group));
  return ledger.spreads.commitGroup(group.task, group.manifest.spread.objectTaskId);
}
