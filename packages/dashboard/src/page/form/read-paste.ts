import { jobOfProperties } from "@causeway/shared/domain/jobcfg/map.ts";
import { isObject } from "../calls/shape.ts";
import type { Draft } from "./spec.ts";

export type Pasted =
  | { readonly answer: "read"; readonly draft: Draft; readonly warnings: readonly string[] }
  | { readonly answer: "refused"; readonly faults: readonly string[] };

/** Reads a job that was pasted: JSON, or the lines of OSSImport's `job.cfg`. */
export function readPaste(text: string): Pasted {
  if (/^\s*[{[]/.test(text)) return readJson(text);
  const mapped = jobOfProperties(text);
  if (mapped.answer === "refused") return { answer: "refused", faults: mapped.faults };
  return { answer: "read", draft: { ...mapped.spec }, warnings: mapped.warnings };
}

function readJson(text: string): Pasted {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return { answer: "read", draft: value, warnings: [] };
    return { answer: "refused", faults: ["A job is one JSON object in braces."] };
  } catch (error) {
    // The message of the parser quotes what stands around the place, which may be a secret.
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const where = place === undefined ? "" : ` in line ${text.slice(0, Number(place)).split("\n").length}`;
    return {
      answer: "refused",
      faults: [`This is not valid JSON${where}; look for a missing quote, comma or bracket.`],
    };
  }
}
