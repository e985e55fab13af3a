import type { FailedBatch, FailedObject, WrittenObject } from "@causeway/shared/domain/task.ts";
import { faultCodes } from "@causeway/shared/domain/fault-codes.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { SettleLedger } from "@causeway/shared/ports/settle-ledger.ts";
import type { StoreWatch } from "./patience.ts";
import { targetPatience } from "./target-patience.ts";

export interface RecheckParts {
  readonly settling: SettleLedger;
  readonly target: Pick<ObjectTarget, "head">;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly watch: StoreWatch;
}

const tasksAtOnce = 20;
const headsAtOnce = 16;

/**
 * Looks again at every object of tasks that ran more than once: a worker that was given up may have written after the one
 * that was counted. Ends early where another master has ended the job. What differs from the journal becomes a failed object with the code LATE_WRITE.
 */
export async function recheckTasks(jobId: string, parts: RecheckParts, options: Signalled): Promise<void> {
  for (;;) {
    const tasks = await parts.settling.toRecheck(jobId, tasksAtOnce);
    if (tasks.length === 0) return;
    for (const { taskId, written } of tasks) {
      const late = await lateObjects(written, parts, options);
      const answer = await parts.settling.rechecked(jobId, taskId, batchOf(late, parts.newId));
      if (answer === "ended") return;
    }
  }
}

function batchOf(objects: readonly FailedObject[], newId: () => string): readonly FailedBatch[] {
  return objects.length === 0 ? [] : [{ code: "LATE_WRITE", retryTaskId: newId(), objects }];
}

async function lateObjects(
  written: readonly WrittenObject[],
  parts: RecheckParts,
  options: Signalled,
): Promise<readonly FailedObject[]> {
  const late: FailedObject[] = [];
  for (let at = 0; at < written.length; at += headsAtOnce) {
    const slice = written.slice(at, at + headsAtOnce);
    const looked = await Promise.all(slice.map((object) => lookAgain(object, parts, options)));
    late.push(...looked.filter((object) => object !== undefined));
  }
  return late;
}

async function lookAgain(
  { source, targetKey, crc64 }: WrittenObject,
  { target, clock, watch }: RecheckParts,
  options: Signalled,
): Promise<FailedObject | undefined> {
  const held = await targetPatience({ clock, watch })((tried) => target.head(targetKey, tried), options);
  // OSS keeps a CRC of all that is put or uploaded in parts; where it tells none, the size must do.
  const same = held?.sizeBytes === source.sizeBytes && (held.crc64 === undefined || String(held.crc64) === crc64);
  if (same) return undefined;
  return { ...source, message: faultCodes.LATE_WRITE.meaning, attempts: 1, atMs: clock.now() };
}
