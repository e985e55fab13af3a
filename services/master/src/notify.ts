import { noticeDocument, restAfter } from "@causeway/shared/domain/notice.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { Notice, NoticeLedger } from "@causeway/shared/ports/notice-ledger.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Webhook } from "@causeway/shared/ports/webhook.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { createDuty, type Duty, type DutySurroundings } from "./duty.ts";

export interface NotifierParts {
  readonly notices: NoticeLedger;
  readonly jobs: Pick<JobLedger, "get" | "figures">;
  readonly webhook: Webhook;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  /** From 0 to 1, anew each time. */
  readonly chance: () => number;
}

/** So many receivers are spoken to at once. */
const mostAtOnce = 8;
const everyMs = 1000;

/**
 * Telling webhooks, each round what is due. A round starts what is due and does not wait for it, so that a slow receiver holds up
 * nobody. What is not told when a master dies stays noted in the ledger, and another one tells it: at least once.
 */
export function createNotifyDuty(parts: NotifierParts, surroundings: DutySurroundings): Duty {
  const busy = new Set<string>();
  const run = async (options: Signalled): Promise<"rest"> => {
    for (const notice of await parts.notices.due()) {
      if (busy.size >= mostAtOnce) break;
      if (busy.has(notice.jobId)) continue;
      busy.add(notice.jobId);
      void tell(notice, parts, options).finally(() => busy.delete(notice.jobId));
    }
    return "rest";
  };
  return createDuty({ name: "notify", everyMs, run }, surroundings);
}

/** Never rejects: what goes wrong is tried again in a later round. */
async function tell(notice: Notice, parts: NotifierParts, options: Signalled): Promise<void> {
  const { jobId, id } = notice;
  try {
    const [record, counts] = await Promise.all([parts.jobs.get(jobId), parts.jobs.figures(jobId)]);
    const url = record?.spec.notify?.url;
    if (record === undefined || counts === undefined || url === undefined) return;
    const document = noticeDocument({ ...notice, record, counts, nowMs: parts.clock.now() });
    const sent = await parts.webhook.send({ url, id, body: JSON.stringify(document) }, options);
    parts.meter.count("migration_notices_total", { answer: sent.answer });
    if (sent.answer === "failed") return await postpone(notice, sent.why, parts);
    await parts.notices.close(notice);
    parts.log.info({ jobId, notice: id, event: document.event }, "the job's webhook was told");
  } catch (error) {
    if (!options.signal.aborted) parts.log.warn({ jobId, notice: id, err: error }, "telling a webhook is tried again");
  }
}

async function postpone(notice: Notice, why: string, { notices, log, chance }: NotifierParts): Promise<void> {
  const { jobId, id } = notice;
  const attempts = notice.attempts + 1;
  const restMs = restAfter(attempts, chance());
  if (restMs === undefined) {
    await notices.close(notice);
    log.error({ jobId, notice: id, attempts, why }, "the job's webhook could not be told and is given up");
    return;
  }
  await notices.postpone(notice, restMs);
  log.warn({ jobId, notice: id, attempts, why, restMs }, "the job's webhook could not be told; it is tried again");
}
