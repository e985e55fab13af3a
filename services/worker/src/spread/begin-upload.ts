import { randomBytes } from "node:crypto";
import type { SourceFacts } from "@causeway/shared/domain/object.ts";
import { groupParts } from "@causeway/shared/domain/parts.ts";
import { type CompleteUpload, type CopyParts, restartsOf, type SpreadCopy } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Upload } from "@causeway/shared/ports/object-target.ts";
import type { SpreadLedger, SpreadStep } from "@causeway/shared/ports/spread-ledger.ts";
import type { TaskLedger, UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { attributesOf } from "../attributes.ts";
import { insist } from "../commit-task.ts";
import { currentFacts } from "../copy-large.ts";
import type { CopyObject, CopyStep } from "../copy-step.ts";
import { type LargePlan, planLarge } from "../large-plan.ts";
import { createOrderedHash } from "../proof-hash.ts";
import type { TaskRun } from "../task-run.ts";

export interface BeginParts {
  readonly ledger: TaskLedger;
  readonly uploads: UploadLedger;
  readonly spreads: SpreadLedger;
  /** The usual way, for what is not spread. */
  readonly copyObject: CopyObject;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * How a task of a single object copies it: from `spreadThreshold` on by beginning its upload and handing its parts to the
 * fleet. Then the run is over without an outcome; the object's task comes back once all parts are there.
 */
export function createBeginUpload(run: TaskRun, parts: BeginParts): CopyObject {
  return async (step) => {
    const { largeObjects } = step.work.spec;
    if (step.object.sizeBytes < largeObjects.spreadThreshold) return parts.copyObject(step);
    const facts = await currentFacts(step);
    // MD5 and SHA need the object's bytes one after the other, in one place.
    const large = await planLarge(step, facts);
    if (createOrderedHash(large.proof) !== undefined) return parts.copyObject(step);
    return spread(step, { facts, ...large }, run, parts);
  };
}

interface Found extends LargePlan {
  readonly facts: SourceFacts;
}

async function spread(step: CopyStep, found: Found, run: TaskRun, parts: BeginParts): Promise<never> {
  const { work, targetKey, signal } = step;
  const { facts, plan } = found;
  const upload = await work.target.uploads.begin(targetKey, attributesOf(facts, work.rules.mapping), { signal });
  try {
    await insist(run, parts, () => parts.uploads.note(work.jobId, upload));
    const planned = spreadStep(run, found, upload);
    const answer = await insist(run, parts, () => parts.spreads.spread(run.taken.task, planned));
    // A cancelling job drops what is handed back, and aborts the upload that it has noted when it settles.
    if (answer === "not-now") await insist(run, parts, () => parts.ledger.handBack(run.taken.task));
    parts.log.info({ ...run.pointer, answer, parts: plan.count, groups: planned.groups.length }, "an upload was begun");
    run.stop(answer === "refused" ? "lost" : "settled");
  } catch (error) {
    if (!signal.aborted) parts.log.error({ ...run.pointer, err: error }, "the ledger does not answer");
    // Nobody knows what the ledger has heard: the sweep gives the task out again, if it is still one.
    run.stop("lost");
  }
  throw signal.reason;
}

function spreadStep({ taken: { task, manifest } }: TaskRun, { facts, plan, proof }: Found, upload: Upload): SpreadStep {
  const { key, sizeBytes, etag, lastModifiedMs, storageClass } = facts;
  const spread: SpreadCopy = {
    objectTaskId: task.taskId,
    version: { key, sizeBytes, etag, lastModifiedMs, storageClass },
    targetKey: upload.key,
    uploadId: upload.uploadId,
    partSizeBytes: plan.partSizeBytes,
    proof,
    restarts: restartsOf(manifest),
  };
  const { objects } = manifest;
  const complete: CompleteUpload = { kind: "complete-upload", objects, spread };
  const groups = groupParts(plan).map((group) => {
    const manifest: CopyParts = { kind: "copy-parts", objects, spread, ...group };
    return { taskId: randomBytes(16).toString("hex"), manifest };
  });
  return { groups, complete };
}
