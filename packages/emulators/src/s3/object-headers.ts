import type { StoredObject } from "../core/bucket.ts";
import type { Exchange } from "../core/exchange.ts";
import { httpDate } from "../core/http-date.ts";
import { restoreHeader } from "./archive.ts";
import type { DeclaredFacts } from "./declared-facts.ts";
import { refuse } from "./refusal.ts";
import { readTagging } from "./tags.ts";

const SYSTEM_HEADERS = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
] as const;

/** Query parameters that replace a header of the answer ("GetObject", request parameters). */
const OVERRIDES: Readonly<Record<string, string>> = {
  "response-content-type": "content-type",
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
  "response-content-language": "content-language",
  "response-expires": "expires",
};

const STORAGE_CLASSES = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
]);
const ACLS = new Set([
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
]);
const METADATA_BYTES = 2 * 1024;
const METADATA_PREFIX = "x-amz-meta-";

export function declaredFacts({ headers }: Exchange): DeclaredFacts {
  return {
    headers: systemHeaders(headers),
    userMetadata: userMetadata(headers),
    storageClass: storageClass(headers["x-amz-storage-class"]),
    acl: cannedAcl(headers["x-amz-acl"]),
    tags: readTagging(headers["x-amz-tagging"]),
  };
}

function systemHeaders(headers: Exchange["headers"]): Readonly<Record<string, string>> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const name of SYSTEM_HEADERS) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  const encoding = kept["content-encoding"];
  if (encoding?.includes("aws-chunked") !== true) return kept;
  // That coding is the request's own, and S3 does not store it.
  const { "content-encoding": _, ...others } = kept;
  const codings = encoding.split(",").map((coding) => coding.trim());
  const stored = codings.filter((coding) => coding !== "aws-chunked" && coding !== "").join(",");
  return stored === "" ? others : { ...others, "content-encoding": stored };
}

function userMetadata(headers: Exchange["headers"]): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  let sizeBytes = 0;
  for (const [name, value = ""] of Object.entries(headers)) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    metadata[name.slice(METADATA_PREFIX.length)] = value;
    sizeBytes += name.length - METADATA_PREFIX.length + value.length;
  }
  if (sizeBytes > METADATA_BYTES) {
    throw refuse("MetadataTooLarge", { elements: { Size: String(sizeBytes), MaxSizeAllowed: String(METADATA_BYTES) } });
  }
  return metadata;
}

function storageClass(name: string | undefined): string {
  if (name === undefined) return "STANDARD";
  if (!STORAGE_CLASSES.has(name)) throw refuse("InvalidStorageClass", { elements: { StorageClassRequested: name } });
  return name;
}

export function cannedAcl(name: string | undefined): string {
  if (name === undefined) return "private";
  if (!ACLS.has(name))
    throw refuse("InvalidArgument", { elements: { ArgumentName: "x-amz-acl", ArgumentValue: name } });
  return name;
}

/** The headers that GET and HEAD answer for an object, but for length and range. */
export function objectHeaders(object: StoredObject, exchange: Exchange): Record<string, string> {
  const headers: Record<string, string> = {
    ...object.headers,
    "last-modified": httpDate(object.lastModifiedMs),
    etag: `"${object.etag}"`,
    "accept-ranges": "bytes",
    "x-amz-server-side-encryption": "AES256",
  };
  if (object.storageClass !== "STANDARD") headers["x-amz-storage-class"] = object.storageClass;
  for (const name in object.userMetadata) headers[METADATA_PREFIX + name] = object.userMetadata[name] ?? "";
  if (object.tags.length > 0) headers["x-amz-tagging-count"] = String(object.tags.length);
  if (exchange.rawQuery !== "") {
    for (const [parameter, name] of Object.entries(OVERRIDES)) {
      const value = exchange.query.get(parameter);
      if (value !== undefined) headers[name] = value;
    }
  }
  const restore = restoreHeader(object);
  if (restore !== undefined) headers["x-amz-restore"] = restore;
  return headers;
}
