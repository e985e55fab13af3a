import type { Ledger } from "../ports/ledger.ts";
import type { ManualClock } from "./manual-clock.ts";

/** An empty ledger under examination and the clock that it lives by. */
export interface LedgerSubject {
  readonly ledger: Ledger;
  readonly clock: ManualClock;
}
