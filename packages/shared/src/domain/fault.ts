import type { FaultCode } from "./fault-codes.ts";

/**
 * How the machine reacts:
 * `transient` is tried again inside the task, `throttled` slows the lane and never burns an attempt,
 * `permanent` fails the object and lets the task go on, `path` hands the task back until the link works again.
 */
export type FaultKind = "transient" | "throttled" | "permanent" | "path";

export interface FaultDetails {
  readonly cause?: unknown;
  /** What the store itself said, in its words; shown to people beside the code's own sentence. */
  readonly said?: string;
  /** How long the store asked us to wait. */
  readonly retryAfterMs?: number;
}

/**
 * Something outside refused us. Made once, in the adapter that heard the refusal; nobody else reads vendor errors.
 * `code` is for people and dashboards (see `fault-codes.ts`), `kind` for the machine.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly kind: FaultKind;
  readonly said: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: FaultCode, kind: FaultKind, details: FaultDetails = {}) {
    super(details.said === undefined ? code : `${code}: ${details.said}`, { cause: details.cause });
    this.code = code;
    this.kind = kind;
    this.said = details.said;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The fault inside whatever was thrown; anything that is not a fault is our own defect and is thrown on. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  throw thrown;
}
