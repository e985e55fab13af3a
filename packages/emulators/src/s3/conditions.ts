import type { StoredObject } from "../core/bucket.ts";
import { refuse } from "./refusal.ts";

type Headers = Readonly<Record<string, string | undefined>>;
type Subject = Pick<StoredObject, "etag" | "lastModifiedMs">;

/**
 * Checks the four conditions of a read, or with the prefix `x-amz-copy-source-` those of a copy. A true If-Match wins over
 * a false If-Unmodified-Since, and a false If-None-Match over a true If-Modified-Since (S3 API, GetObject).
 */
export function checkConditions(headers: Headers, object: Subject, prefix = ""): void {
  const match = headers[`${prefix}if-match`];
  const noneMatch = headers[`${prefix}if-none-match`];
  const unmodifiedSince = secondsOf(headers[`${prefix}if-unmodified-since`]);
  const modifiedSince = secondsOf(headers[`${prefix}if-modified-since`]);
  const modified = Math.floor(object.lastModifiedMs / 1000);
  if (match !== undefined && !names(match, object.etag)) throw failed("If-Match");
  if (match === undefined && unmodifiedSince !== undefined && modified > unmodifiedSince) {
    throw failed("If-Unmodified-Since");
  }
  if (noneMatch !== undefined && names(noneMatch, object.etag)) throw unchanged(prefix, object);
  if (noneMatch === undefined && modifiedSince !== undefined && modified <= modifiedSince)
    throw unchanged(prefix, object);
}

/** The conditions of a write: If-None-Match takes only `*`, If-Match an ETag of what is there. */
export function checkWriteConditions(headers: Headers, current: Subject | undefined): void {
  const { "if-none-match": noneMatch, "if-match": match } = headers;
  if (noneMatch !== undefined && noneMatch !== "*") throw refuse("NotImplemented");
  if (noneMatch !== undefined && current !== undefined) throw failed("If-None-Match");
  if (match === undefined) return;
  if (current === undefined) throw refuse("NoSuchKey");
  if (!names(match, current.etag)) throw failed("If-Match");
}

/** A copy whose source is unchanged fails; a read of it is not modified. */
function unchanged(prefix: string, object: Subject): Error {
  if (prefix !== "") return failed("If-None-Match");
  return refuse("NotModified", {
    headers: { etag: `"${object.etag}"`, "last-modified": new Date(object.lastModifiedMs).toUTCString() },
  });
}

function failed(condition: string): Error {
  return refuse("PreconditionFailed", { elements: { Condition: condition } });
}

function names(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const wanted = one.trim();
    return wanted === "*" || wanted === etag || wanted === `"${etag}"`;
  });
}

function secondsOf(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
