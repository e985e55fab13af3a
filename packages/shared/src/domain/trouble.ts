import { Fault } from "./fault.ts";
import { reasonOf } from "./reason.ts";
import type { StateReason } from "./job.ts";

/** So long a job shows a trouble that is not told again. What is tried again in vain tells it every few seconds. */
export const troubleMs = 30_000;

/** Says why a job does not get on, from what a step of it threw: a fault, or else the ledger's refusal. */
export function troubleOf(thrown: unknown): StateReason {
  if (thrown instanceof Fault) return reasonOf(thrown);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return reasonOf(new Fault("LEDGER_FAILED", "permanent", { said }));
}
