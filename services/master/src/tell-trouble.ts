import { type Side, type SilentStore, troubleOf } from "@causeway/shared/domain/trouble.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { type StoreWatch, unwatchedStore } from "./patience.ts";

export interface TroubleParts {
  readonly jobs: Pick<JobLedger, "tellTrouble" | "endTrouble">;
  readonly log: Logger;
}

/** Shows a job's people what keeps it from getting on; the log has it too. It never throws: a ledger that is away tells itself. */
export async function tellTrouble(
  jobId: string,
  thrown: unknown,
  { jobs, log }: TroubleParts,
  silent?: SilentStore,
): Promise<void> {
  await jobs.tellTrouble(jobId, troubleOf(thrown), silent).catch((error: unknown) => {
    log.warn({ jobId, err: error }, "the job's trouble could not be told in the ledger");
  });
}

/** The trouble that was told about a store is over. */
export async function endTrouble(jobId: string, side: Side, { jobs, log }: TroubleParts): Promise<void> {
  await jobs.endTrouble(jobId, side).catch((error: unknown) => {
    log.warn({ jobId, err: error }, "the end of the job's trouble could not be told in the ledger");
  });
}

/** What passes sooner is nobody's news. */
const newsMs = 10_000;
/** A store is asked again within two minutes at the latest: a deadline and a pause. */
const shownMs = 120_000;

/** Shows a job's people that a store does not answer, while somebody waits for it. Throttling is no trouble. */
export function tellSilence(
  { jobId, side, forMs = shownMs }: { readonly jobId: string; readonly side: Side; readonly forMs?: number },
  parts: TroubleParts,
): StoreWatch {
  let isTold = false;
  return {
    ...unwatchedStore,
    async onRefused(fault, borneMs) {
      if (fault.kind === "throttled" || borneMs < newsMs) return;
      isTold = true;
      await tellTrouble(jobId, fault, parts, { side, forMs });
    },
    async onAnswered() {
      if (!isTold) return;
      isTold = false;
      await endTrouble(jobId, side, parts);
    },
  };
}
