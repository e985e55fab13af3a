import type { Field } from "./fields.ts";

/** What was typed as the value that the job wants; what cannot be read stays text, for the API to name. */
export function valueOf({ kind }: Pick<Field, "kind">, typed: string): unknown {
  if (typed === "") return undefined;
  if (typeof kind === "object") return kind.choices.includes("true") ? typed === "true" : typed;
  if (kind === "whole-number" || kind === "number") return Number.isNaN(Number(typed)) ? typed : Number(typed);
  if (kind === "list") return typed.split(/[\s,]+/).filter((item) => item !== "");
  if (kind === "json") return parsed(typed);
  return typed;
}

/** A value of the job as one line of text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parsed(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}
