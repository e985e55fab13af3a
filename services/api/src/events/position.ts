import { createHash } from "node:crypto";

/** Where a reader of a job's events stands: which state and figures it has seen, and which failures. */
export interface Position {
  readonly state: string;
  readonly stats: string;
  /** The ledger's cursor behind the failures that were told. */
  readonly failures: string | null;
}

const startPosition: Position = { state: "", stats: "", failures: null };

/** Writes a position as an event's id. It holds all that is needed, so any API process can go on from it. */
export function positionId({ state, stats, failures }: Position): string {
  return [state, stats, Buffer.from(failures ?? "").toString("base64url")].join(".");
}

/** Reads an event's id; what is no id of ours stands at the start. */
export function readPosition(id: string | undefined): Position {
  const [, state, stats, failures] = /^([\w-]{8})\.([\w-]{8})\.([\w-]*)$/.exec(id ?? "") ?? [];
  if (state === undefined || stats === undefined || failures === undefined) return startPosition;
  const cursor = Buffer.from(failures, "base64url").toString();
  return { state, stats, failures: /^\d{1,15}\.\d{1,9}$/.test(cursor) ? cursor : null };
}

/** A short mark of what was told, to see whether it is told already. */
export function markOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 8);
}
