import { type JobSpec, jobSpecSchema } from "@causeway/shared/domain/job-spec.ts";
import type { z } from "zod";
import type { InputFault } from "../http/problem.ts";
import { crossFaults, type SubmissionRules } from "./cross-checks.ts";

export type ReadSpec =
  | { readonly answer: "valid"; readonly spec: JobSpec }
  | { readonly answer: "invalid"; readonly faults: readonly InputFault[] };

/** Reads a submitted job and finds every fault at once: those of its form and those between its fields. */
export function readJobSpec(body: unknown, rules: SubmissionRules): ReadSpec {
  const parsed = jobSpecSchema.safeParse(body, { error: plainMessage });
  const formFaults = parsed.success ? [] : faultsOf(parsed.error);
  const known = new Set(formFaults.map(({ path }) => path));
  const faults = [...formFaults, ...crossFaults(body, rules).filter(({ path }) => !known.has(path))];
  if (parsed.success && faults.length === 0) return { answer: "valid", spec: parsed.data };
  return { answer: "invalid", faults };
}

/** Turns zod's issues into faults with their paths; each unknown key is a fault of its own. */
function faultsOf(error: z.ZodError): InputFault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ path: pathOf(issue.path), message: issue.message }];
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      message: "is not a key that Causeway knows; correct its spelling or leave it out",
    }));
  });
}

/** Messages for what the schemas have no sentence of their own. */
function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type" && issue.input === undefined) return `is missing (${issue.expected})`;
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  if (issue.code === "too_small")
    return `must be at least ${issue.minimum}${issue.inclusive === false ? " and a little more" : ""}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  return undefined;
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "$";
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}
