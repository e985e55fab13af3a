import type { FaultCode } from "./fault-codes.ts";

/** Something that cannot be done whatever is tried: an expected answer of a decision, not a throw. */
export interface Refusal {
  readonly refused: FaultCode;
  /** What exactly stands in the way, beside the code's own sentence. */
  readonly said: string;
}
