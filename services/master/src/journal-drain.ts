import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { SettleLedger } from "@causeway/shared/ports/settle-ledger.ts";

const namesAtOnce = 1000;

/** Moves the names of committed journal parts from the ledger into the job's index, so that Redis stays small. */
export async function drainJournal(
  jobId: string,
  { settling, journal }: { readonly settling: SettleLedger; readonly journal: Journal },
  options: Signalled,
): Promise<void> {
  for (;;) {
    const names = await settling.journalParts(jobId, namesAtOnce);
    if (names.length === 0) return;
    await journal.appendIndex(jobId, names, options);
    await settling.journalIndexed(jobId, names);
  }
}
