import type { StoredObject } from "../core/bucket.ts";
import { httpDate } from "../core/http-date.ts";
import { refuse } from "./refusal.ts";

type Headers = Readonly<Record<string, string | undefined>>;
type Subject = Pick<StoredObject, "etag" | "lastModifiedMs">;

/** The names of the four conditions of a read, and of those of a copy. */
const READ_CONDITIONS = {
  match: "if-match",
  noneMatch: "if-none-match",
  unmodifiedSince: "if-unmodified-since",
  modifiedSince: "if-modified-since",
} as const;
const COPY_CONDITIONS = {
  match: "x-amz-copy-source-if-match",
  noneMatch: "x-amz-copy-source-if-none-match",
  unmodifiedSince: "x-amz-copy-source-if-unmodified-since",
  modifiedSince: "x-amz-copy-source-if-modified-since",
} as const;

/**
 * Checks the conditions of a read, or those of a copy. A true If-Match wins over
 * a false If-Unmodified-Since, and a false If-None-Match over a true If-Modified-Since (S3 API, GetObject).
 */
export function checkConditions(headers: Headers, object: Subject, of: "read" | "copy" = "read"): void {
  const names = of === "read" ? READ_CONDITIONS : COPY_CONDITIONS;
  const match = headers[names.match];
  const noneMatch = headers[names.noneMatch];
  const unmodifiedSince = secondsOf(headers[names.unmodifiedSince]);
  const modifiedSince = secondsOf(headers[names.modifiedSince]);
  const modified = Math.floor(object.lastModifiedMs / 1000);
  if (match !== undefined && !namesEtag(match, object.etag)) throw failed("If-Match");
  if (match === undefined && unmodifiedSince !== undefined && modified > unmodifiedSince) {
    throw failed("If-Unmodified-Since");
  }
  if (noneMatch !== undefined && namesEtag(noneMatch, object.etag)) throw unchanged(of, object);
  if (noneMatch === undefined && modifiedSince !== undefined && modified <= modifiedSince) throw unchanged(of, object);
}

/** The conditions of a write: If-None-Match takes only `*`, If-Match an ETag of what is there. */
export function checkWriteConditions(headers: Headers, current: Subject | undefined): void {
  const { "if-none-match": noneMatch, "if-match": match } = headers;
  if (noneMatch !== undefined && noneMatch !== "*") throw refuse("NotImplemented");
  if (noneMatch !== undefined && current !== undefined) throw failed("If-None-Match");
  if (match === undefined) return;
  if (current === undefined) throw refuse("NoSuchKey");
  if (!namesEtag(match, current.etag)) throw failed("If-Match");
}

/** A copy whose source is unchanged fails; a read of it is not modified. */
function unchanged(of: "read" | "copy", object: Subject): Error {
  if (of === "copy") return failed("If-None-Match");
  return refuse("NotModified", {
    headers: { etag: `"${object.etag}"`, "last-modified": httpDate(object.lastModifiedMs) },
  });
}

function failed(condition: string): Error {
  return refuse("PreconditionFailed", { elements: { Condition: condition } });
}

function namesEtag(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const wanted = one.trim();
    return wanted === "*" || wanted === etag || wanted === `"${etag}"`;
  });
}

function secondsOf(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
