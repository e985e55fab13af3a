import { Fault } from "@causeway/shared/domain/fault.ts";
import type { StateReason } from "@causeway/shared/domain/job.ts";
import { reasonOf } from "@causeway/shared/domain/reason.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ActiveJob } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { DroppedLedger, FailureLedger, SettleLedger } from "@causeway/shared/ports/settle-ledger.ts";
import type { UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { abortUploads } from "./abort-uploads.ts";
import { compactFailures } from "./compact-failures.ts";
import type { JobStores } from "./job-stores.ts";
import { drainJournal } from "./journal-drain.ts";
import { journalDropped } from "./journal-dropped.ts";
import { recheckTasks } from "./recheck.ts";
import { tellSilence, tellTrouble } from "./tell-trouble.ts";

export interface SettlerParts {
  readonly jobs: JobLedger;
  readonly settling: SettleLedger;
  readonly dropped: DroppedLedger;
  readonly failures: Pick<FailureLedger, "compact">;
  readonly uploads: UploadLedger;
  readonly stores: JobStores;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
}

/** While a job runs, its journal index lags by about this much. */
const drainEveryMs = 2000;
const afterErrorMs = 5000;

/**
 * One round of closing jobs. Each job is attended on its own, so that one whose target is away holds up nobody else; a round
 * starts what is due and does not wait for it.
 */
export function createSettler(parts: SettlerParts): (jobs: readonly ActiveJob[], options: Signalled) => void {
  const busy = new Set<string>();
  const rests = new Map<string, Rest>();
  const rest = (jobId: string, ms: number, after: Rest["after"]) =>
    rests.set(jobId, { untilMs: parts.clock.monotonicMs() + ms, after });

  async function attend(job: ActiveJob, options: Signalled): Promise<void> {
    const { jobId } = job;
    try {
      if (mayBeDone(job)) await settleJob(jobId, parts, options);
      else await tend(job, parts, options);
      rest(jobId, drainEveryMs, "draining");
    } catch (error) {
      rest(jobId, afterErrorMs, "an error");
      if (options.signal.aborted) return;
      parts.log.warn({ jobId, err: error }, "settling is tried again");
      await tellTrouble(jobId, error, parts);
    }
  }

  return (jobs, options) => {
    for (const jobId of rests.keys()) if (!jobs.some((job) => job.jobId === jobId)) rests.delete(jobId);
    for (const job of jobs) {
      const { jobId } = job;
      if (busy.has(jobId) || isResting(job, rests.get(jobId), parts.clock)) continue;
      busy.add(jobId);
      void attend(job, options).finally(() => busy.delete(jobId));
    }
  };
}

/** Keeps small what a running job leaves in the ledger. */
async function tend({ jobId, state }: ActiveJob, parts: SettlerParts, options: Signalled): Promise<void> {
  await compactFailures(jobId, parts);
  // No task is dropped before.
  if (state === "cancelling") await journalDropped(jobId, parts, options);
  await drainJournal(jobId, parts, options);
}

interface Rest {
  readonly untilMs: number;
  readonly after: "draining" | "an error";
}

/** A job that has come to its end does not wait for the next draining. */
function isResting(job: ActiveJob, rest: Rest | undefined, clock: Clock): boolean {
  if (rest === undefined || clock.monotonicMs() >= rest.untilMs) return false;
  return rest.after === "an error" || !mayBeDone(job);
}

function mayBeDone({ state, listingDone, openTasks }: ActiveJob): boolean {
  if (state === "settling") return true;
  return (state === "running" || state === "cancelling") && listingDone && openTasks === 0;
}

/**
 * Accounts for every task and closes the job. Every step may be done by two masters at once, or again after a crash. A
 * target that refuses for good ends the job as failed, with the reason; `retry` settles it again.
 */
async function settleJob(jobId: string, parts: SettlerParts, options: Signalled): Promise<void> {
  if (!(await parts.settling.beginSettling(jobId))) return;
  const reason = await account(jobId, parts, options);
  await parts.settling.end(jobId, reason);
  parts.log.info({ jobId, code: reason?.code }, "job has ended");
}

async function account(jobId: string, parts: SettlerParts, options: Signalled): Promise<StateReason | null> {
  const job = await parts.jobs.get(jobId);
  if (job === undefined) return null;
  try {
    // First of all: what was copied is in the index also where the job ends because its target refuses what follows.
    await journalDropped(jobId, parts, options);
    await drainJournal(jobId, parts, options);
    if (await hasLooseEnds(jobId, parts)) {
      await parts.stores.use(job, async ({ target }) => {
        const watch = tellSilence({ jobId, side: "target" }, parts);
        await recheckTasks(jobId, { ...parts, target, watch }, options);
        await abortUploads(jobId, { ...parts, target: target.uploads, watch }, options);
      });
    }
    return null;
  } catch (thrown) {
    if (options.signal.aborted || !(thrown instanceof Fault) || thrown.code === "JOURNAL_FAILED") throw thrown;
    parts.log.error({ jobId, code: thrown.code, err: thrown }, "the job cannot be settled");
    return reasonOf(thrown);
  }
}

/** A job that lost no worker opens no store to settle. */
async function hasLooseEnds(jobId: string, { settling, uploads }: SettlerParts): Promise<boolean> {
  return (await settling.toRecheck(jobId, 1)).length > 0 || (await uploads.list(jobId, 1)).length > 0;
}
