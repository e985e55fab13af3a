import type { z } from "zod";
import type { InputFault } from "./problem.ts";

export type Checked<T> =
  | { readonly answer: "valid"; readonly value: T }
  | { readonly answer: "invalid"; readonly faults: readonly InputFault[] };

/** Checks what came from outside and says every fault of its form at once, each in words for people. */
export function checkInput<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.output<Schema>> {
  const parsed = schema.safeParse(value, { error: plainMessage });
  return parsed.success
    ? { answer: "valid", value: parsed.data }
    : { answer: "invalid", faults: parsed.error.issues.flatMap(faultsOf) };
}

/** What Fastify hands to the failure handler for input that is not well formed. */
export interface InputError extends Error {
  readonly faults: readonly InputFault[];
}

/** Lets Fastify check bodies, queries, headers and addresses by their zod schemas. */
export function compileValidator({ schema }: { readonly schema: unknown }) {
  return (value: unknown): { readonly value: unknown } | { readonly error: InputError } => {
    // Routes declare zod schemas and nothing else.
    const checked = checkInput(schema as z.ZodType, value);
    if (checked.answer === "valid") return { value: checked.value };
    return { error: Object.assign(new Error("the input is not well formed"), { faults: checked.faults }) };
  };
}

export function isInputError(error: Error): error is InputError {
  return "faults" in error;
}

/** Each unknown key is a fault of its own, and where a value means one form of several, its faults are told. */
function faultsOf(issue: z.core.$ZodIssue): readonly InputFault[] {
  const meant = issue.code === "invalid_union" ? meantForm(issue.errors) : undefined;
  if (meant !== undefined) {
    return meant.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  if (issue.code !== "unrecognized_keys") return [{ path: pathOf(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    path: pathOf([...issue.path, key]),
    message: "is not a key that Causeway knows; correct its spelling or leave it out",
  }));
}

/** The only form that the value has no word or key against: it lacks something, or says something badly. */
function meantForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const possible = forms.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 && code !== "invalid_value" && code !== "unrecognized_keys"),
  );
  return possible.length === 1 ? possible[0] : undefined;
}

/** Messages for what the schemas have no sentence of their own. */
function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeMessage(issue.expected, issue.input);
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return sizeMessage("at least", issue.minimum, issue);
    case "too_big":
      return sizeMessage("at most", issue.maximum, issue);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return `is not a well-formed ${issue.format === "regex" ? "value" : issue.format}`;
    case "invalid_union":
      return "has none of the forms that are taken here; docs/openapi.json describes them";
    case "invalid_key":
      return "has a key that is not taken here";
    case "invalid_element":
      return "has an entry that is not taken here";
    // A schema's own sentence; unknown keys are told one by one.
    case "custom":
    case "unrecognized_keys":
      return undefined;
    default:
      return issue satisfies never;
  }
}

function typeMessage(expected: string, input: unknown): string {
  if (input === undefined) return `is missing (${expected})`;
  if (expected === "int") return "must be a whole number";
  if (expected === "number" && typeof input === "number") return "must be a number";
  return `must be of type ${expected}`;
}

function sizeMessage(
  bound: string,
  size: number | bigint,
  issue: { readonly origin: string; readonly inclusive?: boolean | undefined },
): string {
  const unit = { string: " characters", array: " entries", set: " entries", map: " entries" }[issue.origin] ?? "";
  if (issue.inclusive === false) return `must be ${bound === "at least" ? "more" : "less"} than ${size}${unit}`;
  return `must be ${issue.origin === "string" || issue.origin === "array" ? "of " : ""}${bound} ${size}${unit}`;
}

/** `limits.timetable[0].from`; `$` is the whole. */
function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "$";
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}
