import { Fault } from "./fault.ts";
import { reasonOf } from "./reason.ts";
import type { StateReason } from "./job.ts";
import { hasEnded, type JobState } from "./state.ts";

/** So long a job shows a trouble that is not told again. What is tried again in vain tells it every few seconds. */
export const troubleMs = 30_000;

/** A store that nobody has asked for so long is no longer known to be silent: its silence begins anew. */
export const silenceGapMs = 600_000;

/** Which store of a job. */
export type Side = "source" | "target";

/** The trouble of a job whose store does not answer: shown until it does, and for `forMs` at most, for whoever waits for it may die. */
export interface SilentStore {
  readonly side: Side;
  readonly forMs: number;
}

/** Whether a job in this state is meant to get on. */
export function showsTrouble(state: JobState): boolean {
  return state !== "paused" && !hasEnded(state);
}

/** Says why a job does not get on, from what a step of it threw: a fault, or else the ledger's refusal. */
export function troubleOf(thrown: unknown): StateReason {
  if (thrown instanceof Fault) return reasonOf(thrown);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return reasonOf(new Fault("LEDGER_FAILED", "permanent", { said }));
}
