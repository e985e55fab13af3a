import type { ObjectFacts } from "../core/bucket.ts";
import type { Exchange } from "../core/exchange.ts";
import { MAX_USER_METADATA_BYTES } from "./limits.ts";
import { refuse } from "./refusal.ts";
import { readTaggingHeader } from "./tagging.ts";

/** What a writer says about an object in its headers. */
export type StatedFacts = Pick<ObjectFacts, "headers" | "userMetadata" | "storageClass" | "tags" | "acl">;

/** HTTP's own metadata that OSS keeps with an object and sends again, and the three headers of encryption at rest. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-oss-server-side-encryption",
  "x-oss-server-side-encryption-key-id",
  "x-oss-server-side-data-encryption",
]);
const STORAGE_CLASSES: ReadonlySet<string> = new Set(["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]);
const OBJECT_ACLS: ReadonlySet<string> = new Set(["default", "private", "public-read", "public-read-write"]);
const ENCRYPTIONS: ReadonlySet<string> = new Set(["AES256", "KMS", "SM4"]);
const METADATA_PREFIX = "x-oss-meta-";
const METADATA_NAME = /^[a-z0-9-]+$/u;

/** Reads and checks the headers that describe an object; `defaultClass` is its bucket's storage class. */
export function readStatedFacts(exchange: Exchange, defaultClass: string): StatedFacts {
  const source = exchange.headers;
  const headers: Record<string, string> = {};
  const userMetadata: Record<string, string> = {};
  let metadataBytes = 0;
  for (const name in source) {
    const value = source[name];
    if (value === undefined) continue;
    if (KEPT_HEADERS.has(name)) headers[name] = value;
    if (!name.startsWith(METADATA_PREFIX)) continue;
    metadataBytes += name.length - METADATA_PREFIX.length + value.length;
    userMetadata[checkMetadataName(name.slice(METADATA_PREFIX.length))] = value;
  }
  if (metadataBytes > MAX_USER_METADATA_BYTES) {
    throw refuse("InvalidArgument", { message: "The user metadata exceeds 8 KB.", ec: "0011-00000002" });
  }
  headers["content-type"] ??= "application/octet-stream";
  const encryption = headers["x-oss-server-side-encryption"];
  if (encryption !== undefined && !ENCRYPTIONS.has(encryption)) {
    throw refuse("InvalidArgument", { message: "The encryption method is not supported." });
  }
  return {
    headers,
    userMetadata,
    storageClass: checkStorageClass(source["x-oss-storage-class"] ?? defaultClass),
    tags: readTaggingHeader(source["x-oss-tagging"]),
    acl: checkObjectAcl(source["x-oss-object-acl"] ?? "default"),
  };
}

export function checkStorageClass(name: string): string {
  if (STORAGE_CLASSES.has(name)) return name;
  throw refuse("InvalidStorageClass", { elements: { StorageClass: name } });
}

export function checkObjectAcl(acl: string): string {
  if (OBJECT_ACLS.has(acl)) return acl;
  throw refuse("InvalidArgument", {
    message: "no such object access control exists",
    elements: { ArgumentName: "x-oss-object-acl", ArgumentValue: acl },
  });
}

function checkMetadataName(name: string): string {
  if (METADATA_NAME.test(name)) return name;
  throw refuse("InvalidArgument", {
    message: "The name of a user metadata header has characters that are not supported.",
    ec: "0011-00000004",
    elements: { ArgumentName: `${METADATA_PREFIX}${name}` },
  });
}

/** The headers by which an answer confirms encryption at rest. */
export function encryptionHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const echoed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (name.startsWith("x-oss-server-side-") && value !== undefined) echoed[name] = value;
  }
  return echoed;
}
