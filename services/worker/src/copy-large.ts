import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts, Stored } from "@causeway/shared/domain/object.ts";
import type { SourceProof } from "@causeway/shared/domain/outcome.ts";
import { partPatienceMs } from "@causeway/shared/domain/parts.ts";
import type { Upload, UploadedPart } from "@causeway/shared/ports/object-target.ts";
import type { UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import { attributesOf } from "./attributes.ts";
import type { CopyAnswer, CopyStep } from "./copy-step.ts";
import { type LargePlan, planLarge, proveParts } from "./large-plan.ts";
import { createOrderedHash, createPartsProof, type OrderedHash, type RunningChecksum } from "./proof-hash.ts";
import { combinedCrc64, partChecksums, sendPart, type SendParts } from "./send-part.ts";
import { unlikeListed } from "./verify.ts";

export interface LargeParts extends SendParts {
  readonly uploads: UploadLedger;
  /** Parts of one object that are under way at once. */
  readonly partsAtOnce: number;
}

interface LargeStep extends CopyStep, LargePlan {
  readonly version: SourceFacts;
  readonly upload: Upload;
}

/** All parts at the target, in their order, and what proved them. */
interface Sent {
  readonly uploaded: readonly UploadedPart[];
  readonly proof: SourceProof;
}

const wholeObjectCodes: ReadonlySet<string> = new Set(["SOURCE_CHANGING", "SOURCE_CHECKSUM_MISMATCH"]);

/** So long may the abort of our own upload take once the object has failed. */
const abortTimeoutMs = 10_000;

/** Copies an object in parts: each part's CRC is compared as it arrives, their combination with OSS' answer at the end. */
export async function copyLarge(step: CopyStep, parts: LargeParts): Promise<CopyAnswer> {
  const { work, targetKey } = step;
  const facts = await currentFacts(step);
  const large = await planLarge(step, facts);
  const upload = await work.target.uploads.begin(targetKey, attributesOf(facts, work.rules.mapping), step);
  await parts.uploads.note(work.jobId, upload);
  const partStep: LargeStep = { ...step, ...large, version: facts, upload };
  try {
    const hash = createOrderedHash(large.proof);
    const { uploaded, proof } =
      hash === undefined ? await sendInAnyOrder(partStep, parts) : await sendInOrder(partStep, parts, hash);
    const crc64 = combinedCrc64(uploaded, parts.checksums);
    const stored = await complete(partStep, uploaded, crc64, parts);
    await parts.uploads.forget(work.jobId, upload);
    const { etag: sourceEtag, sizeBytes } = facts;
    return { sizeBytes, sourceEtag, crc64, stored, proof };
  } catch (thrown) {
    await abandon(partStep, parts.uploads);
    throw asObjectFault(thrown);
  }
}

/** The object's facts, if it is still the version at hand. */
export async function currentFacts({ object, work, signal }: CopyStep): Promise<SourceFacts> {
  const facts = await work.source.head(object.key, { signal });
  if (facts === undefined) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { said: object.key });
  if (facts.etag !== object.etag) throw new Fault("SOURCE_CHANGING", "transient", { said: object.key });
  if (facts.sizeBytes !== object.sizeBytes) throw unlikeListed(object.sizeBytes, facts.sizeBytes);
  return facts;
}

/** Several parts at once; the first that fails for good stops the others. */
async function sendInAnyOrder(step: LargeStep, parts: LargeParts): Promise<Sent> {
  const proof = createPartsProof(step.proof, parts.checksums);
  const failed = new AbortController();
  const signal = AbortSignal.any([step.signal, failed.signal]);
  const uploaded: UploadedPart[] = [];
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= step.plan.count && !signal.aborted) {
      const partNumber = next;
      next += 1;
      let running: RunningChecksum | undefined;
      const openProof = proof && ((): RunningChecksum => (running = proof.start()));
      const part = await sendPart({ ...step, signal }, partNumber, parts, openProof);
      uploaded[partNumber - 1] = { ...part, sourceChecksum: running?.value() };
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
  return { uploaded, proof: await proveParts({ ...step, checksums: partChecksums(uploaded) }, parts) };
}

/** MD5 and SHA need the bytes one after the other. */
async function sendInOrder(step: LargeStep, parts: LargeParts, start: OrderedHash): Promise<Sent> {
  const uploaded: UploadedPart[] = [];
  let hash = start;
  for (let partNumber = 1; partNumber <= step.plan.count; partNumber += 1) {
    let behind = hash;
    const before = hash;
    const fork = (): OrderedHash => (behind = before.fork());
    uploaded.push(await sendPart(step, partNumber, parts, fork));
    hash = behind;
  }
  const fault = hash.check(step.version);
  if (fault !== undefined) throw fault;
  return { uploaded, proof: step.proof.algorithm };
}

/**
 * OSS completes before it answers, so a lost answer looks like a failure, and a second Complete finds no upload. Therefore
 * after either the object itself is asked.
 */
async function complete(
  step: LargeStep,
  uploaded: readonly UploadedPart[],
  crc64: bigint,
  { persist }: LargeParts,
): Promise<Stored> {
  const { work, upload, signal } = step;
  const attempt = async (n: number): Promise<Stored> => {
    step.tried(n);
    try {
      return await work.target.uploads.complete(upload, uploaded, { signal });
    } catch (thrown) {
      signal.throwIfAborted();
      const mayBeDone =
        thrown instanceof Fault && (thrown.kind === "transient" || thrown.code === "TARGET_UPLOAD_LOST");
      if (!mayBeDone) throw thrown;
      const held = await work.target.head(upload.key, { signal });
      const isThere = held !== undefined && held.crc64 === crc64 && held.sizeBytes === step.version.sizeBytes;
      if (!isThere) throw thrown;
      return { etag: held.etag, crc64: held.crc64 };
    }
  };
  const paths = { source: undefined, target: work.paths.target };
  return persist(attempt, { paths, patienceMs: partPatienceMs(step.version.sizeBytes), signal });
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
async function abandon({ work, upload }: LargeStep, uploads: UploadLedger): Promise<void> {
  try {
    await work.target.uploads.abort(upload, { signal: AbortSignal.timeout(abortTimeoutMs) });
    await uploads.forget(work.jobId, upload);
  } catch {
    // The ledger keeps its note: settling aborts what is left.
  }
}
