import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ActiveJob, DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { FailureLedger } from "@causeway/shared/ports/settle-ledger.ts";
import type { TaskQueue } from "@causeway/shared/ports/task-queue.ts";
import { createJobGuard } from "./job-guard.ts";
import type { TroubleParts } from "./tell-trouble.ts";

export interface SweeperParts extends TroubleParts {
  readonly clock: Clock;
  readonly ledger: DispatchLedger;
  readonly failures: FailureLedger;
  readonly tasks: TaskQueue;
  readonly meter: Meter;
}

/** Holders of a task give a sign of life each second; a task that waits in the queue is added again to no effect. */
const silentMs = 30_000;
/** In a cancelling job nobody waits for the tasks that no worker has: its end is what people wait for. */
const silentWhenCancellingMs = 10_000;
const atOnce = 500;

/**
 * One round of sweeping up after crashes: tasks that were dispatched and gave no sign of life go to the queue again under their
 * own ids (a crash between dispatch and add, a worker that vanished), and interrupted retries go on. It asks the ledger's
 * sets and times and never scans the queue.
 */
export function createSweeper(parts: SweeperParts): () => Promise<"again" | "rest"> {
  const guard = createJobGuard(parts);

  async function sweep({ jobId, state }: ActiveJob): Promise<number> {
    if (state === "running" && (await parts.failures.resumeRetry(jobId))) {
      parts.log.info({ jobId }, "an interrupted retry was finished");
    }
    const olderThanMs = state === "cancelling" ? silentWhenCancellingMs : silentMs;
    const pointers = await parts.ledger.stale(jobId, olderThanMs, atOnce);
    if (pointers.length === 0) return 0;
    await parts.tasks.add(pointers);
    parts.meter.count("migration_swept_tasks_total", {}, pointers.length);
    parts.log.info({ jobId, tasks: pointers.length }, "tasks without a sign of life were queued again");
    return pointers.length;
  }

  return async () => {
    let more = false;
    for (const job of await parts.ledger.active()) {
      const swept = await guard.attempt(job.jobId, () => sweep(job), 0);
      more ||= swept === atOnce;
    }
    return more ? "again" : "rest";
  };
}
