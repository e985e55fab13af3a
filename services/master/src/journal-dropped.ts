import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { DroppedLedger } from "@causeway/shared/ports/settle-ledger.ts";

const tasksAtOnce = 20;

/** Writes into the journal what a cancelled job's tasks had done when they were dropped: their workers are gone. */
export async function journalDropped(
  jobId: string,
  { dropped, journal }: { readonly dropped: DroppedLedger; readonly journal: Journal },
  options: Signalled,
): Promise<void> {
  for (;;) {
    const tasks = await dropped.list(jobId, tasksAtOnce);
    if (tasks.length === 0) return;
    for (const { taskId, outcomes } of tasks) {
      const part = await journal.writePart(jobId, taskId, outcomes, options);
      await dropped.journaled(jobId, taskId, part);
    }
  }
}
