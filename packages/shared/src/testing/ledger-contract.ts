import { describe } from "node:test";
import type { Ledger } from "../ports/ledger.ts";
import { examBreaker } from "./ledger-exam-breaker.ts";
import { examDispatch } from "./ledger-exam-dispatch.ts";
import { examFleet } from "./ledger-exam-fleet.ts";
import { examHistory } from "./ledger-exam-history.ts";
import { examJobs } from "./ledger-exam-jobs.ts";
import { examNotices } from "./ledger-exam-notices.ts";
import { examPlan } from "./ledger-exam-plan.ts";
import { examRetry } from "./ledger-exam-retry.ts";
import { examSettle } from "./ledger-exam-settle.ts";
import { examSilence } from "./ledger-exam-silence.ts";
import { examSpread } from "./ledger-exam-spread.ts";
import { examTasks } from "./ledger-exam-tasks.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** The exam of every ledger. `open` gives an empty one that lives by this clock. */
export function ledgerContract(name: string, openLedger: (clock: ManualClock) => Promise<Ledger>): void {
  const open = async (): Promise<LedgerSubject> => {
    const clock = createManualClock();
    return { ledger: await openLedger(clock), clock };
  };
  describe(`the ledger in ${name}`, () => {
    examJobs(open);
    examPlan(open);
    examSilence(open);
    examDispatch(open);
    examTasks(open);
    examSpread(open);
    examRetry(open);
    examBreaker(open);
    examHistory(open);
    examSettle(open);
    examNotices(open);
    examFleet(open);
  });
}
