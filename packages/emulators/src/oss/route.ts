import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";

/** The operations by Alibaba's names; `Unsupported` is a sub-resource of OSS that this emulator does not have. */
export type OssOperation =
  | "ListBuckets"
  | "ListObjects"
  | "ListObjectsV2"
  | "PutBucket"
  | "DeleteBucket"
  | "HeadBucket"
  | "GetBucketInfo"
  | "GetBucketLocation"
  | "GetBucketAcl"
  | "PutBucketAcl"
  | "GetBucketVersioning"
  | "DeleteMultipleObjects"
  | "ListMultipartUploads"
  | "PutObject"
  | "CopyObject"
  | "GetObject"
  | "HeadObject"
  | "GetObjectMeta"
  | "DeleteObject"
  | "AppendObject"
  | "PutObjectAcl"
  | "GetObjectAcl"
  | "PutObjectTagging"
  | "GetObjectTagging"
  | "DeleteObjectTagging"
  | "PutSymlink"
  | "GetSymlink"
  | "RestoreObject"
  | "InitiateMultipartUpload"
  | "UploadPart"
  | "UploadPartCopy"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "ListParts"
  | "Unsupported"
  | "MethodNotAllowed";

type Table = readonly (readonly [subResource: string, operation: OssOperation])[];

/** Per method, what each sub-resource in the query means; the first that is there decides. */
const OBJECT_TABLES: Readonly<Record<string, Table>> = {
  GET: [
    ["acl", "GetObjectAcl"],
    ["tagging", "GetObjectTagging"],
    ["symlink", "GetSymlink"],
    ["uploadId", "ListParts"],
    ["objectMeta", "GetObjectMeta"],
  ],
  HEAD: [["objectMeta", "GetObjectMeta"]],
  PUT: [
    ["acl", "PutObjectAcl"],
    ["tagging", "PutObjectTagging"],
    ["symlink", "PutSymlink"],
    ["uploadId", "UploadPart"],
    ["partNumber", "UploadPart"],
  ],
  POST: [
    ["uploads", "InitiateMultipartUpload"],
    ["uploadId", "CompleteMultipartUpload"],
    ["append", "AppendObject"],
    ["restore", "RestoreObject"],
  ],
  DELETE: [
    ["uploadId", "AbortMultipartUpload"],
    ["tagging", "DeleteObjectTagging"],
  ],
};
const OBJECT_DEFAULTS: Readonly<Record<string, OssOperation>> = {
  GET: "GetObject",
  HEAD: "HeadObject",
  PUT: "PutObject",
  DELETE: "DeleteObject",
};
const BUCKET_TABLES: Readonly<Record<string, Table>> = {
  GET: [
    ["acl", "GetBucketAcl"],
    ["location", "GetBucketLocation"],
    ["bucketInfo", "GetBucketInfo"],
    ["versioning", "GetBucketVersioning"],
    ["uploads", "ListMultipartUploads"],
  ],
  PUT: [["acl", "PutBucketAcl"]],
  POST: [["delete", "DeleteMultipleObjects"]],
};
const BUCKET_DEFAULTS: Readonly<Record<string, OssOperation>> = {
  GET: "ListObjects",
  HEAD: "HeadBucket",
  PUT: "PutBucket",
  DELETE: "DeleteBucket",
};
/** What OSS has and this emulator has not: answered 501, never mistaken for the plain operation. */
const UNSUPPORTED = [
  "stat",
  "versions",
  "versionId",
  "versioning",
  "website",
  "logging",
  "referer",
  "lifecycle",
  "cors",
  "policy",
  "encryption",
  "inventory",
  "worm",
  "wormId",
  "wormExtend",
  "requestPayment",
  "replication",
  "tagging",
  "transferAcceleration",
  "qosInfo",
  "asyncFetch",
  "live",
  "vod",
  "status",
  "img",
  "style",
  "cname",
  "metaQuery",
  "accessmonitor",
  "resourceGroup",
  "callback",
  "select",
  "x-oss-process",
  "x-oss-async-process",
  "comp",
  "regions",
  "append",
  "symlink",
  "restore",
  "delete",
  "uploads",
  "acl",
] as const;

/** Names the operation that a request asks for. */
export function operationOf(exchange: Exchange, address: Address): OssOperation {
  const { method, query, headers } = exchange;
  if (address.bucketName === undefined) return method === "GET" ? "ListBuckets" : "MethodNotAllowed";
  if (address.key === "" && !address.malformed) return bucketOperation(method, query);
  const operation = lookUp(OBJECT_TABLES[method], query) ?? OBJECT_DEFAULTS[method];
  if (operation === undefined) return lookUpUnsupported(query) ?? "MethodNotAllowed";
  if (headers["x-oss-copy-source"] === undefined || method !== "PUT") return operation;
  if (operation === "PutObject") return "CopyObject";
  return operation === "UploadPart" ? "UploadPartCopy" : operation;
}

function bucketOperation(method: string, query: ReadonlyMap<string, string>): OssOperation {
  const operation = lookUp(BUCKET_TABLES[method], query) ?? BUCKET_DEFAULTS[method];
  if (operation === undefined) return lookUpUnsupported(query) ?? "MethodNotAllowed";
  return operation === "ListObjects" && query.get("list-type") === "2" ? "ListObjectsV2" : operation;
}

function lookUp(table: Table | undefined, query: ReadonlyMap<string, string>): OssOperation | undefined {
  if (query.size === 0) return undefined;
  for (const [subResource, operation] of table ?? []) {
    if (query.has(subResource)) return operation;
  }
  return lookUpUnsupported(query);
}

function lookUpUnsupported(query: ReadonlyMap<string, string>): "Unsupported" | undefined {
  return UNSUPPORTED.some((name) => query.has(name)) ? "Unsupported" : undefined;
}
