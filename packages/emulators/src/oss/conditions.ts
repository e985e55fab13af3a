import type { StoredObject } from "../core/bucket.ts";
import { refuse } from "./refusal.ts";

/** The four conditions of a read, or of a copy's source. */
export interface Conditions {
  readonly match: string | undefined;
  readonly noneMatch: string | undefined;
  readonly modifiedSince: string | undefined;
  readonly unmodifiedSince: string | undefined;
}

/** Reads `If-…` with no prefix, or `x-oss-copy-source-if-…` with that prefix. */
export function readConditions(headers: Readonly<Record<string, string | undefined>>, prefix: string): Conditions {
  return {
    match: headers[`${prefix}if-match`],
    noneMatch: headers[`${prefix}if-none-match`],
    modifiedSince: headers[`${prefix}if-modified-since`],
    unmodifiedSince: headers[`${prefix}if-unmodified-since`],
  };
}

/**
 * Refuses with PreconditionFailed, and the name of the condition, where the caller's view is out of date. A date that
 * cannot be read is as good as none.
 */
export function checkConditions(
  conditions: Conditions,
  object: Pick<StoredObject, "etag" | "lastModifiedMs">,
): "holds" | "not-modified" {
  const { match, noneMatch } = conditions;
  if (match !== undefined && !names(match, object.etag)) throw failed("If-Match");
  const modifiedSeconds = Math.floor(object.lastModifiedMs / 1000);
  const unmodifiedSince = secondsOf(conditions.unmodifiedSince);
  if (unmodifiedSince !== undefined && modifiedSeconds > unmodifiedSince) throw failed("If-Unmodified-Since");
  if (noneMatch !== undefined && names(noneMatch, object.etag)) return "not-modified";
  const modifiedSince = secondsOf(conditions.modifiedSince);
  if (noneMatch === undefined && modifiedSince !== undefined && modifiedSeconds <= modifiedSince) return "not-modified";
  return "holds";
}

function failed(condition: string): Error {
  return refuse("PreconditionFailed", { elements: { Condition: condition } });
}

function names(header: string, etag: string): boolean {
  const wanted = header.trim();
  return wanted === "*" || wanted === etag || wanted === `"${etag}"`;
}

function secondsOf(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
