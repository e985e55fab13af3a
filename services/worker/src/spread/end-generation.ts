import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { SpreadCopy } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { SpreadLedger } from "@causeway/shared/ports/spread-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { insist } from "../commit-task.ts";
import { failed, newTrail } from "../outcomes.ts";
import type { TaskRun } from "../task-run.ts";

export interface EndParts {
  readonly spreads: SpreadLedger;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So often is an object begun anew before its fault is final. */
const mostRestarts = 3;
/** So long may the abort of our own upload take; settling makes sure of it. */
const abortTimeoutMs = 10_000;

/** Faults of one generation: the object as it is now, in another upload, may well arrive. */
const worthAnother: ReadonlySet<string> = new Set([
  "SOURCE_CHANGING",
  "SOURCE_CHECKSUM_MISMATCH",
  "TARGET_UPLOAD_LOST",
]);

/** Why a generation ends, and the attempts of its part that needed the most. */
export interface GenerationFault {
  readonly fault: Fault;
  readonly attempts: number;
}

/** Ends the generation that the run's task belongs to: the object begins anew, or has failed with this fault. */
export async function endGeneration(
  run: TaskRun,
  spread: SpreadCopy,
  { fault, attempts }: GenerationFault,
  parts: EndParts,
): Promise<void> {
  const { objects } = run.taken.manifest;
  const [listed] = objects;
  if (listed === undefined) throw new Error("a spread object's manifest names no object");
  const restarts = spread.restarts + 1;
  const beginsAnew = worthAnother.has(fault.code) && restarts <= mostRestarts;
  const trail = { ...newTrail(listed, 0), attempts: spread.restarts + attempts };
  const outcome = beginsAnew ? undefined : failed(trail, fault, parts.clock.now());
  const end = {
    objectTaskId: spread.objectTaskId,
    next: { kind: "copy-batch", objects, restarts } as const,
    failed: outcome?.state === "failed" ? outcome : undefined,
  };
  const answer = await insist(run, parts, () => parts.spreads.endGeneration(run.taken.task, end));
  parts.log.warn(
    { ...run.pointer, key: listed.key, code: fault.code, err: fault, restarts, answer },
    beginsAnew ? "a large object is begun anew" : "a large object fails",
  );
  if (answer === "ended") await abort(run, spread);
  run.stop(answer === "ended" ? "settled" : "lost");
}

/** The upload stays noted: a part that is still on its way may bring it back to life, so settling looks again. */
async function abort(run: TaskRun, { targetKey: key, uploadId }: SpreadCopy): Promise<void> {
  const options = { signal: AbortSignal.timeout(abortTimeoutMs) };
  await run.work.target.uploads.abort({ key, uploadId }, options).catch(() => {});
}
