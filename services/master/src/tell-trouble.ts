import { troubleOf } from "@causeway/shared/domain/trouble.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { OnRefused } from "./patience.ts";

export interface TroubleParts {
  readonly jobs: Pick<JobLedger, "tellTrouble">;
  readonly log: Logger;
}

/** Shows a job's people what keeps it from getting on; the log has it too. It never throws: a ledger that is away tells itself. */
export async function tellTrouble(jobId: string, thrown: unknown, { jobs, log }: TroubleParts): Promise<void> {
  await jobs.tellTrouble(jobId, troubleOf(thrown)).catch((error: unknown) => {
    log.warn({ jobId, err: error }, "the job's trouble could not be told in the ledger");
  });
}

/** What passes sooner is nobody's news. */
const newsMs = 10_000;

/** Shows a job's people that a store is away, while somebody waits for it. Throttling is no trouble. */
export function createOutageNews(jobId: string, parts: TroubleParts): OnRefused {
  return async (fault, borneMs) => {
    if (fault.kind !== "throttled" && borneMs >= newsMs) await tellTrouble(jobId, fault, parts);
  };
}
