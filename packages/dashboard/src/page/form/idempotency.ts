import type { Draft } from "./spec.ts";

const made = new Map<string, string>();

/** The Idempotency-Key of a job: the same job sent again after a lost answer is taken once. */
export function idempotencyKeyOf(draft: Draft): string {
  const text = JSON.stringify(draft);
  const known = made.get(text);
  if (known !== undefined) return known;
  // `crypto.randomUUID` exists on https alone, and the API may well be reached without.
  const key = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  made.set(text, key);
  return key;
}
