import { faultCodes } from "./fault-codes.ts";
import type { Fault } from "./fault.ts";
import type { StateReason } from "./job.ts";

/** Says to people why a job is where it is: what happened, what the store said, and what to do. */
export function reasonOf(fault: Fault): StateReason {
  const { meaning, cure } = faultCodes[fault.code];
  const said = fault.said === undefined ? "" : ` It said: ${withStop(fault.said)}`;
  return { code: fault.code, message: `${meaning}${said} ${cure}` };
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
