import { Fault } from "@causeway/shared/domain/fault.ts";
import type { CopyParts } from "@causeway/shared/domain/task.ts";
import type { UploadedPart } from "@causeway/shared/ports/object-target.ts";
import type { TaskLedger } from "@causeway/shared/ports/task-ledger.ts";
import { insist } from "../commit-task.ts";
import type { Totals } from "../copy-batch.ts";
import { createPartsProof, type RunningChecksum } from "../proof-hash.ts";
import { mostAttempts, sendPart, type SendParts } from "../send-part.ts";
import type { TaskRun } from "../task-run.ts";
import { endGeneration, type EndParts, type GenerationFault } from "./end-generation.ts";

export interface CopyPartsParts extends SendParts, EndParts {
  readonly ledger: TaskLedger;
  /** Parts of one group that are under way at once. */
  readonly partsAtOnce: number;
  readonly totals: Totals;
}

/** So many workers may die over one group, while it ran alone. */
const mostCrashes = 2;

/** Copies those parts of a group that are not recorded yet, and commits it; returns early once the run is stopped. */
export async function copyParts(
  run: TaskRun,
  manifest: CopyParts,
  how: "beside" | "alone",
  parts: CopyPartsParts,
): Promise<void> {
  const { spread } = manifest;
  const crashes = run.taken.crashes.get(0) ?? 0;
  if (crashes >= mostCrashes) {
    const said = `${crashes} workers died while they worked on parts ${manifest.firstPart} to ${manifest.lastPart} alone`;
    const fault = new Fault("WORKER_LOST", "permanent", { said });
    return endGeneration(run, spread, { fault, attempts: mostAttempts(run.taken.parts) }, parts);
  }
  if (how === "alone") await parts.ledger.suspect(run.taken.task, 0);
  const sent = await sendMissing(run, manifest, how === "alone" ? 1 : parts.partsAtOnce, parts);
  if (typeof sent === "object") {
    if (sent.fault.kind === "path") run.stop("path");
    else await endGeneration(run, spread, sent, parts);
    return;
  }
  if (run.stopped() !== undefined && sent === "some") return;
  const answer = await insist(run, parts, () => parts.spreads.commitGroup(run.taken.task, spread.objectTaskId));
  run.stop(answer === "counted" ? "settled" : "lost");
}

/** Sends several parts at once; the first that fails for good stops the others. What was sent is recorded in any case. */
async function sendMissing(
  run: TaskRun,
  manifest: CopyParts,
  lanes: number,
  parts: CopyPartsParts,
): Promise<"all" | "some" | GenerationFault> {
  const { version, targetKey: key, uploadId, partSizeBytes } = manifest.spread;
  const failure = new AbortController();
  const signal = AbortSignal.any([run.signal, failure.signal]);
  const step = { version, upload: { key, uploadId }, plan: { partSizeBytes }, signal };
  const proof = createPartsProof(manifest.spread.proof, parts.checksums);
  const recorder = createRecorder(run, parts);
  const missing = missingParts(manifest, run.taken.parts);
  const queue = missing.values();
  let sent = 0;
  let attempts = mostAttempts(run.taken.parts);
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (run.stopped() !== undefined || signal.aborted) return;
      let running: RunningChecksum | undefined;
      const openProof = proof && ((): RunningChecksum => (running = proof.start()));
      let ofPart = 1;
      const tried = (attempt: number): void => {
        ofPart = attempt;
        attempts = Math.max(attempts, attempt);
      };
      const arrived = await sendPart({ ...step, work: run.work, tried }, next.value, parts, openProof);
      const part = { ...arrived, sourceChecksum: running?.value(), attempts: ofPart };
      sent += 1;
      parts.totals.bytes += part.sizeBytes;
      await recorder.record(part);
    }
  };
  await Promise.all(Array.from({ length: lanes }, () => lane().catch((thrown: unknown) => failure.abort(thrown))));
  if (run.stopped() !== "lost") await recorder.flush();
  if (sent === missing.length) return "all";
  if (run.signal.aborted || !failure.signal.aborted) return "some";
  if (failure.signal.reason instanceof Fault) return { fault: failure.signal.reason, attempts };
  throw failure.signal.reason;
}

function missingParts({ firstPart, lastPart }: CopyParts, recorded: readonly UploadedPart[]): readonly number[] {
  const there = new Set(recorded.map(({ partNumber }) => partNumber));
  const all = Array.from({ length: lastPart - firstPart + 1 }, (_, at) => firstPart + at);
  return all.filter((partNumber) => !there.has(partNumber));
}

/** Tells the ledger of each part as it arrives, so that a lost worker's parts are not sent again. */
function createRecorder(run: TaskRun, parts: CopyPartsParts) {
  let unrecorded: readonly UploadedPart[] = [];
  const send = async (): Promise<void> => {
    const sending = unrecorded;
    if (sending.length === 0) return;
    const answer = await parts.spreads.record(run.taken.task, sending);
    if (answer === "refused") run.stop("lost");
    unrecorded = unrecorded.filter((part) => !sending.includes(part));
  };
  return {
    async record(part: UploadedPart): Promise<void> {
      unrecorded = [...unrecorded, part];
      try {
        await send();
      } catch (error) {
        parts.log.warn({ ...run.pointer, err: error }, "parts could not be recorded; trying again");
      }
    },
    flush: () => insist(run, parts, send),
  };
}
