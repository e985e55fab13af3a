import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { JobHistory } from "@causeway/shared/ports/job-history.ts";
import type { JobLedger, JobRemoval } from "@causeway/shared/ports/job-ledger.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import type { FailureLedger } from "@causeway/shared/ports/settle-ledger.ts";
import type { WorkerRegistry } from "@causeway/shared/ports/worker-registry.ts";
import type { PreflightPorts } from "./preflight/preflight-ports.ts";

/** Everything outside that the API speaks with. */
export interface ApiPorts {
  readonly jobs: JobLedger;
  readonly history: JobHistory;
  readonly removal: JobRemoval;
  readonly active: Pick<DispatchLedger, "active">;
  readonly failures: Pick<FailureLedger, "list" | "end" | "retry">;
  readonly shards: Pick<PlanLedger, "shards">;
  readonly workers: Pick<WorkerRegistry, "list">;
  readonly journal: Pick<Journal, "read" | "remove">;
  readonly preflight: PreflightPorts;
  readonly lease: Lease;
  readonly seal: CredentialSeal;
  readonly clock: Clock;
  /** Makes the id of a job: never one that was given before. */
  readonly newJobId: () => string;
  /** Whether the ledger answers just now, and did when a call failed with `failure`. Never throws. */
  readonly isLedgerReachable: (failure?: unknown) => Promise<boolean>;
  readonly meter: Meter;
  /** Sets the gauges of the whole fleet; asked before metrics are read. */
  readonly measureFleet: () => Promise<void>;
  /** The process' metrics in Prometheus' text format. */
  readonly metricsText: () => Promise<string>;
}
