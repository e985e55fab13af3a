import { troubleOf } from "@causeway/shared/domain/trouble.ts";
import type { PauseParts } from "./credentials-watch.ts";

/** Shows a job's people what keeps its tasks from being done. It never throws: a ledger that is away tells itself. */
export async function tellTrouble(jobId: string, thrown: unknown, { jobLedger, log }: PauseParts): Promise<void> {
  await jobLedger.tellTrouble(jobId, troubleOf(thrown)).catch((error: unknown) => {
    log.warn({ jobId, err: error }, "the job's trouble could not be told in the ledger");
  });
}
