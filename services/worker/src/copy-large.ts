import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts, Stored } from "@causeway/shared/domain/object.ts";
import { partRange, type PartPlan, planParts } from "@causeway/shared/domain/parts.ts";
import { chooseProof } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { Upload, UploadedPart } from "@causeway/shared/ports/object-target.ts";
import type { UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Persist } from "./attempts.ts";
import type { CopyStep } from "./batch.ts";
import { attributesOf, type CopyAnswer } from "./copy-object.ts";
import { measured } from "./measured.ts";
import { createProofHash, type ProofHash } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";

export interface LargeParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
  readonly windowBytes: number;
  readonly uploads: UploadLedger;
  readonly persist: Persist;
  /** Parts of one object that are under way at once. */
  readonly partsAtOnce: number;
}

interface PartStep extends CopyStep {
  readonly facts: SourceFacts;
  readonly upload: Upload;
  readonly plan: PartPlan;
}

const wholeObjectCodes: ReadonlySet<string> = new Set(["SOURCE_CHANGING", "SOURCE_CHECKSUM_MISMATCH"]);

/** So long may the abort of our own upload take once the object has failed. */
const abortTimeoutMs = 10_000;

/** Copies an object in parts: each part's CRC is compared as it arrives, their combination with OSS' answer at the end. */
export async function copyLarge(step: CopyStep, parts: LargeParts): Promise<CopyAnswer> {
  const { work, targetKey } = step;
  const facts = await currentFacts(step);
  const plan = planParts(facts.sizeBytes, work.spec.largeObjects.partSize);
  if ("refused" in plan) throw new Fault(plan.refused, "permanent", { said: plan.said });
  const proof = chooseProof(facts, work.spec.sourceProof);
  const upload = await work.target.uploads.begin(targetKey, attributesOf(facts, work.rules.mapping), step);
  await parts.uploads.note(work.jobId, upload);
  const partStep: PartStep = { ...step, facts, upload, plan };
  try {
    const hash = createProofHash(proof);
    const sent = hash === undefined ? await sendInAnyOrder(partStep, parts) : await sendInOrder(partStep, parts, hash);
    const crc64 = combined(sent, parts.checksums);
    const stored = await complete(partStep, sent, crc64);
    await parts.uploads.forget(work.jobId, upload);
    const { etag: sourceEtag, sizeBytes } = facts;
    return { sizeBytes, sourceEtag, crc64, stored, proof: proof.algorithm, doubt: undefined };
  } catch (thrown) {
    await abandon(partStep, parts.uploads);
    throw asObjectFault(thrown);
  }
}

async function currentFacts({ object, work, signal }: CopyStep): Promise<SourceFacts> {
  const facts = await work.source.head(object.key, { signal });
  if (facts === undefined) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { said: object.key });
  if (facts.etag !== object.etag) throw new Fault("SOURCE_CHANGING", "transient", { said: object.key });
  return facts;
}

/** Several parts at once; the first that fails for good stops the others. */
async function sendInAnyOrder(step: PartStep, parts: LargeParts): Promise<readonly UploadedPart[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([step.signal, failed.signal]);
  const sent: UploadedPart[] = [];
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= step.plan.count && !signal.aborted) {
      const partNumber = next;
      next += 1;
      sent[partNumber - 1] = await sendPart({ ...step, signal }, partNumber, parts, undefined);
    }
  };
  const lanes = Array.from({ length: Math.min(parts.partsAtOnce, step.plan.count) }, () =>
    lane().catch((thrown: unknown) => {
      failed.abort(thrown);
    }),
  );
  await Promise.all(lanes);
  step.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  return sent;
}

/** A checksum of the whole object needs its bytes one after the other. */
async function sendInOrder(step: PartStep, parts: LargeParts, start: ProofHash): Promise<readonly UploadedPart[]> {
  const sent: UploadedPart[] = [];
  let hash = start;
  for (let partNumber = 1; partNumber <= step.plan.count; partNumber += 1) {
    let behind = hash;
    const before = hash;
    const fork = (): ProofHash => (behind = before.fork());
    sent.push(await sendPart(step, partNumber, parts, fork));
    hash = behind;
  }
  const fault = hash.check(step.facts);
  if (fault !== undefined) throw fault;
  return sent;
}

/** Sends one part, streamed, until OSS' CRC of it is ours. */
async function sendPart(
  step: PartStep,
  partNumber: number,
  { scheduler, windowBytes, checksums, persist }: LargeParts,
  fork: (() => ProofHash) | undefined,
): Promise<UploadedPart> {
  const { work, signal, upload, facts } = step;
  const { first, last } = partRange(step.plan, facts.sizeBytes, partNumber);
  const waited = scheduler.enter("large", windowBytes, signal);
  if (waited !== undefined) await waited;
  try {
    return await persist(
      async () => {
        const body = await work.source.read({ key: facts.key, etag: facts.etag, range: { first, last } }, { signal });
        const crc = checksums.createCrc64();
        const chunks = measured(body.chunks, crc, fork?.());
        const payload = { chunks, sizeBytes: body.sizeBytes };
        try {
          const part = await work.target.uploads.putPart(upload, partNumber, payload, { signal });
          const crc64 = crc.value();
          if (part.crc64 !== crc64) {
            const said = `part ${partNumber}: sent CRC-64 ${crc64}, stored ${part.crc64 ?? "without a CRC-64"}`;
            throw new Fault("TARGET_CHECKSUM_MISMATCH", "transient", { said });
          }
          return { ...part, sizeBytes: last - first + 1 };
        } finally {
          await chunks.return();
        }
      },
      { paths: work.paths, signal },
    );
  } finally {
    scheduler.leave("large", windowBytes);
  }
}

function combined(parts: readonly UploadedPart[], { combineCrc64 }: Checksums): bigint {
  return parts.reduce((crc, part) => combineCrc64(crc, part.crc64 ?? 0n, part.sizeBytes), 0n);
}

/**
 * OSS completes before it answers, so a lost answer looks like a failure, and so does a second Complete. Therefore after
 * either the object itself is asked.
 */
async function complete(step: PartStep, sent: readonly UploadedPart[], crc64: bigint): Promise<Stored> {
  const { work, upload, signal } = step;
  try {
    return await work.target.uploads.complete(upload, sent, { signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Fault) || (thrown.kind !== "transient" && thrown.code !== "TARGET_UPLOAD_LOST"))
      throw thrown;
    const held = await work.target.head(upload.key, { signal });
    if (held !== undefined && held.crc64 === crc64 && held.sizeBytes === step.facts.sizeBytes) {
      return { etag: held.etag, crc64: held.crc64 };
    }
    // The parts may still be there, but whether Complete comes late is unknown: another upload is the safe way.
    throw new Fault("TARGET_UPLOAD_LOST", "transient", { cause: thrown, said: thrown.said ?? "it was not completed" });
  }
}

/**
 * What a part's fault means for its object: a part has had its own attempts, so the object gets no others; an upload that
 * somebody else ended is begun anew, and so is one of bytes that are not the source's.
 */
function asObjectFault(thrown: unknown): unknown {
  if (!(thrown instanceof Fault) || wholeObjectCodes.has(thrown.code)) return thrown;
  const details = { cause: thrown, said: thrown.said ?? thrown.code };
  if (thrown.code === "TARGET_UPLOAD_LOST") return new Fault(thrown.code, "transient", details);
  return thrown.kind === "transient" ? new Fault(thrown.code, "permanent", details) : thrown;
}

/** Aborts our own upload: nobody else knows its id, so this is right even after the task was lost. */
async function abandon({ work, upload }: PartStep, uploads: UploadLedger): Promise<void> {
  try {
    await work.target.uploads.abort(upload, { signal: AbortSignal.timeout(abortTimeoutMs) });
    await uploads.forget(work.jobId, upload);
  } catch {
    // The ledger keeps its note: settling aborts what is left.
  }
}
