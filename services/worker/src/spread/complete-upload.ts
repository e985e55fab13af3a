import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Stored } from "@causeway/shared/domain/object.ts";
import type { SourceProof } from "@causeway/shared/domain/outcome.ts";
import { partPatienceMs } from "@causeway/shared/domain/parts.ts";
import type { CompleteUpload, SpreadCopy } from "@causeway/shared/domain/task.ts";
import type { TaskLedger, UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import { insist } from "../commit-task.ts";
import { type ProveParts, proveParts } from "../large-plan.ts";
import { combinedCrc64, mostAttempts, partChecksums } from "../send-part.ts";
import type { TaskRun } from "../task-run.ts";
import { endGeneration, type EndParts } from "./end-generation.ts";

export interface CompleteParts extends EndParts, ProveParts {
  readonly ledger: TaskLedger;
  readonly uploads: UploadLedger;
}

/** So many workers may die over the completion, while it ran alone. */
const mostCrashes = 2;

/** Completes a spread object's upload and enters its outcome into the book; or ends the generation. */
export async function completeUpload(
  run: TaskRun,
  manifest: CompleteUpload,
  how: "beside" | "alone",
  parts: CompleteParts,
): Promise<void> {
  if (run.book.has(0)) return;
  const { spread } = manifest;
  const sent = run.taken.parts;
  let attempts = mostAttempts(sent);
  try {
    await guardCrashes(run, how, parts);
    const crc64 = combinedCrc64(sent, parts.checksums);
    const sizeBytes = sent.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (sizeBytes !== spread.version.sizeBytes) {
      throw new Error(`the recorded parts have ${sizeBytes} bytes, the object ${spread.version.sizeBytes}`);
    }
    const proof = await prove(run, spread, parts);
    const paths = { source: undefined, target: run.work.paths.target };
    const patienceMs = partPatienceMs(spread.version.sizeBytes);
    const attempt = (n: number): Promise<Stored> => {
      attempts = Math.max(attempts, n);
      return complete(run, spread, crc64);
    };
    const stored = await parts.persist(attempt, { paths, patienceMs, signal: run.signal });
    await verify(run, spread, { crc64, stored, isOpen: () => parts.ledger.isOpen(run.taken.task) });
    recordCopied(run, spread, { crc64, stored, proof, attempts, atMs: parts.clock.now() });
    const upload = { key: spread.targetKey, uploadId: spread.uploadId };
    await insist(run, parts, () => parts.uploads.forget(run.work.jobId, upload));
  } catch (thrown) {
    run.signal.throwIfAborted();
    if (!(thrown instanceof Fault)) throw thrown;
    if (thrown.kind === "path") run.stop("path");
    else await endGeneration(run, spread, { fault: thrown, attempts }, parts);
  }
}

/** The source's own checksum, before anything becomes visible. */
function prove({ work, taken, signal }: TaskRun, spread: SpreadCopy, parts: ProveParts): Promise<SourceProof> {
  return proveParts({ ...spread, work, plan: spread, checksums: partChecksums(taken.parts), signal }, parts);
}

async function guardCrashes({ taken }: TaskRun, how: "beside" | "alone", { ledger }: CompleteParts): Promise<void> {
  const crashes = taken.crashes.get(0) ?? 0;
  if (crashes >= mostCrashes) {
    throw new Fault("WORKER_LOST", "permanent", { said: `${crashes} workers died while they completed its upload` });
  }
  if (how === "alone") await ledger.suspect(taken.task, 0);
}

/**
 * OSS completes before it answers, so a lost answer looks like a failure, and a second Complete finds no upload. Therefore
 * after either the object itself is asked.
 */
async function complete(run: TaskRun, spread: SpreadCopy, crc64: bigint): Promise<Stored> {
  const { target } = run.work;
  const { targetKey: key, uploadId, version } = spread;
  const options = { signal: run.signal };
  try {
    return await target.uploads.complete({ key, uploadId }, run.taken.parts, options);
  } catch (thrown) {
    run.signal.throwIfAborted();
    const mayBeDone = thrown instanceof Fault && (thrown.kind === "transient" || thrown.code === "TARGET_UPLOAD_LOST");
    if (!mayBeDone) throw thrown;
    const held = await target.head(key, options);
    const isThere = held !== undefined && held.crc64 === crc64 && held.sizeBytes === version.sizeBytes;
    if (!isThere) throw thrown;
    return { etag: held.etag, crc64: held.crc64 };
  }
}

interface Arrived {
  readonly crc64: bigint;
  readonly stored: Stored;
}

/** A bad object carries the job's mark, so it must be gone before the object begins anew; else it fails. */
async function verify(
  run: TaskRun,
  { targetKey }: SpreadCopy,
  { crc64, stored, isOpen }: Arrived & { readonly isOpen: () => Promise<boolean> },
): Promise<void> {
  if (stored.crc64 === crc64) return;
  const said = `sent CRC-64 ${crc64}, stored ${stored.crc64 ?? "without a CRC-64"}`;
  const { target } = run.work;
  const options = { signal: run.signal };
  const held = await target.head(targetKey, options);
  if (held?.crc64 !== undefined && held.crc64 === stored.crc64 && (await isOpen())) {
    await target.remove(targetKey, options);
  }
  throw new Fault("TARGET_CHECKSUM_MISMATCH", "permanent", { said });
}

interface Proven extends Arrived {
  readonly proof: SourceProof;
  /** Of the part, or the completion, that needed the most. */
  readonly attempts: number;
  readonly atMs: number;
}

function recordCopied(run: TaskRun, spread: SpreadCopy, arrived: Proven): void {
  const { version, targetKey, restarts } = spread;
  run.book.record({
    state: "copied",
    index: 0,
    key: version.key,
    sizeBytes: version.sizeBytes,
    sourceEtag: version.etag,
    attempts: restarts + arrived.attempts,
    atMs: arrived.atMs,
    targetKey,
    targetEtag: arrived.stored.etag,
    crc64: String(arrived.crc64),
    proof: arrived.proof,
  });
}
