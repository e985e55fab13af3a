import type { DispatchLedger } from "./dispatch-ledger.ts";
import type { JobHistory } from "./job-history.ts";
import type { JobLedger, JobRemoval } from "./job-ledger.ts";
import type { Lease } from "./lease.ts";
import type { NoticeLedger } from "./notice-ledger.ts";
import type { PlanLedger } from "./plan-ledger.ts";
import type { SilenceLedger } from "./silence-ledger.ts";
import type { DroppedLedger, FailureLedger, SettleLedger } from "./settle-ledger.ts";
import type { SpreadLedger } from "./spread-ledger.ts";
import type { TaskLedger, UploadLedger } from "./task-ledger.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

/** The whole ledger, by what it is asked for. Nobody takes it whole but the files that wire: a part needs one or two of these. */
export interface Ledger {
  readonly jobs: JobLedger & JobRemoval;
  readonly history: JobHistory;
  readonly plans: PlanLedger;
  readonly silences: SilenceLedger;
  readonly dispatch: DispatchLedger;
  readonly tasks: TaskLedger;
  readonly spreads: SpreadLedger;
  readonly uploads: UploadLedger;
  readonly failures: FailureLedger;
  readonly settling: SettleLedger;
  readonly dropped: DroppedLedger;
  readonly notices: NoticeLedger;
  readonly lease: Lease;
  readonly workers: WorkerRegistry;
}
