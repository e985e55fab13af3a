import { type JobSpec, jobSpecSchema } from "@causeway/shared/domain/job-spec.ts";
import type { InputFault } from "../http/problem.ts";
import { checkInput } from "../http/validate.ts";
import { crossFaults, type SubmissionRules } from "./cross-checks.ts";

export type ReadSpec =
  | { readonly answer: "valid"; readonly spec: JobSpec }
  | { readonly answer: "invalid"; readonly faults: readonly InputFault[] };

/** Reads a submitted job and finds every fault at once: those of its form and those between its fields. */
export function readJobSpec(body: unknown, rules: SubmissionRules): ReadSpec {
  const checked = checkInput(jobSpecSchema, body);
  const formFaults = checked.answer === "valid" ? [] : checked.faults;
  const known = new Set(formFaults.map(({ path }) => path));
  const faults = [...formFaults, ...crossFaults(body, rules).filter(({ path }) => !known.has(path))];
  if (checked.answer === "valid" && faults.length === 0) return { answer: "valid", spec: checked.value };
  return { answer: "invalid", faults };
}
