import assert from "node:assert/strict";
import type { FaultCode } from "@causeway/shared/domain/fault-codes.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";

const object = { sizeBytes: 5, etag: "e", lastModifiedMs: 0, storageClass: "STANDARD" };
const base = { sizeBytes: 5, sourceEtag: "e", attempts: 1, atMs: 0 };

/** Plans one task of two objects, copies the first of them and fails the other; `name` makes the keys its own. */
export async function runTask(ledger: Ledger, jobId: string, code: FaultCode, name = ""): Promise<void> {
  const [shard] = await ledger.plans.shards(jobId);
  assert.ok(shard);
  const [first, second] = [`source_folder/${name}a`, `source_folder/${name}b`] as const;
  const taskId = Buffer.from(name.padEnd(16, "a")).toString("hex").slice(0, 32);
  const manifest = { kind: "copy-batch", objects: [first, second].map((key) => ({ key, ...object })) } as const;
  const step = { jobId, shardId: shard.id, planId: `p${name}`, cursor: second, tasks: [{ taskId, manifest }] };
  assert.equal(await ledger.plans.plan({ ...step, version: shard.version }), "planned");
  const [pointer] = await ledger.dispatch.dispatch(jobId, 1);
  assert.ok(pointer);
  const taken = await ledger.tasks.take(pointer, "w");
  assert.ok(taken.answer === "held");
  const proven = { targetKey: "a", targetEtag: "E", crc64: "1", proof: "md5" } as const;
  const copied = { ...base, index: 0, key: first, state: "copied", ...proven } as const;
  const failed = { ...base, index: 1, key: second, state: "failed", code, message: "gone" } as const;
  const retryTaskId = Buffer.from(name.padEnd(16, "b")).toString("hex").slice(0, 32);
  const committed = await ledger.tasks.commit(taken.task, {
    outcomes: [copied, failed],
    tally: { copiedObjects: 1, copiedBytes: 5, skippedObjects: 0, skippedBytes: 0, failedObjects: 1 },
    failures: [{ code, retryTaskId, objects: [{ key: second, ...object, message: "gone", attempts: 1, atMs: 0 }] }],
    journalPart: `part${name}`,
    written: [],
  });
  assert.equal(committed.answer, "counted");
}

export async function finishListing(ledger: Ledger, jobId: string): Promise<void> {
  for (const { id, version } of await ledger.plans.shards(jobId)) {
    await ledger.plans.finish({ jobId, shardId: id, version });
  }
}

/** Ends a job whose tasks are committed. */
export async function endJob(ledger: Ledger, jobId: string): Promise<void> {
  await finishListing(ledger, jobId);
  assert.equal(await ledger.settling.beginSettling(jobId), true);
  await ledger.settling.journalIndexed(jobId, await ledger.settling.journalParts(jobId, 100));
  await ledger.settling.end(jobId, null);
}
