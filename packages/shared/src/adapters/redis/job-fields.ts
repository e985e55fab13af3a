import { z } from "zod";
import { failureLimitReason } from "../../domain/failure-limit.ts";
import { isFaultCode } from "../../domain/fault-codes.ts";
import type { OpenJobSpec } from "../../domain/job-spec.ts";
import type { JobRecord, StateReason } from "../../domain/job.ts";
import { limitsSchema } from "../../domain/limits.ts";
import { jobStates } from "../../domain/state.ts";

const stateSchema = z.enum(jobStates);
const reasonSchema = z.object({ code: z.string().refine(isFaultCode), message: z.string() });

/** The fields of a job's hash that make its record. */
export const recordFields = [
  "spec",
  "limits",
  "weight",
  "state",
  "reason",
  "createdAtMs",
  "endedAtMs",
  "revision",
] as const;

/** The record from its fields' values, in the order of `recordFields`; undefined: there is no such job. */
export function readRecord(id: string, values: readonly (string | null)[]): JobRecord | undefined {
  const [specText, limits, weight, state, reason, createdAtMs, endedAtMs, revision] = values;
  if (typeof specText !== "string") return undefined;
  // Parsed when it was submitted, and written by nobody but `submit`.
  const submitted = JSON.parse(specText) as OpenJobSpec;
  const spec = {
    ...submitted,
    limits: limitsSchema.parse(JSON.parse(limits ?? "{}")),
    weight: Number(weight ?? submitted.weight),
  };
  return {
    id,
    spec,
    state: stateSchema.parse(state),
    stateReason: readReason(reason ?? "", spec),
    createdAtMs: Number(createdAtMs),
    endedAtMs: endedAtMs === null || endedAtMs === undefined ? null : Number(endedAtMs),
    revision: Number(revision),
  };
}

export function writeReason(reason: StateReason | null): string {
  return reason === null ? "" : JSON.stringify(reason);
}

/** A reason as it was written, or `limit objects failed bytes` as the circuit breaker in `commit.lua` leaves it. */
export function readReason(text: string, spec: Pick<OpenJobSpec, "failureLimits">): StateReason | null {
  if (text === "") return null;
  if (!text.startsWith("limit ")) return reasonSchema.parse(JSON.parse(text));
  const [objects = 0, failed = 0, bytes = 0] = text.slice("limit ".length).split(" ").map(Number);
  return failureLimitReason({ objects, failed, bytes }, spec.failureLimits) ?? null;
}
