import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";

/** Every operation that the emulator knows; anything else is answered as S3 answers what it does not implement. */
export type OperationName =
  | "ListBuckets"
  | "HeadBucket"
  | "CreateBucket"
  | "DeleteBucket"
  | "GetBucketLocation"
  | "GetBucketVersioning"
  | "GetBucketAcl"
  | "ListObjects"
  | "ListObjectsV2"
  | "ListObjectVersions"
  | "ListMultipartUploads"
  | "DeleteObjects"
  | "GetObject"
  | "HeadObject"
  | "GetObjectAcl"
  | "GetObjectTagging"
  | "GetObjectAttributes"
  | "ListParts"
  | "PutObject"
  | "CopyObject"
  | "UploadPart"
  | "UploadPartCopy"
  | "PutObjectAcl"
  | "PutObjectTagging"
  | "CreateMultipartUpload"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "RestoreObject"
  | "DeleteObject"
  | "DeleteObjectTagging"
  | "Unknown";

/** Sub-resources of a bucket that S3 has and the emulator does not. */
const FOREIGN = [
  "accelerate",
  "analytics",
  "cors",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "lifecycle",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "tagging",
  "website",
];

export function operationOf(exchange: Exchange, address: Pick<Address, "bucketName" | "key">): OperationName {
  if (address.bucketName === "") return exchange.method === "GET" ? "ListBuckets" : "Unknown";
  return address.key === "" ? ofBucket(exchange) : ofObject(exchange);
}

function ofBucket({ method, query, rawQuery }: Exchange): OperationName {
  if (rawQuery !== "" && FOREIGN.some((name) => query.has(name))) return "Unknown";
  switch (method) {
    case "HEAD":
      return "HeadBucket";
    case "PUT":
      return query.has("acl") || query.has("versioning") ? "Unknown" : "CreateBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : "Unknown";
    case "GET":
      if (query.has("location")) return "GetBucketLocation";
      if (query.has("versioning")) return "GetBucketVersioning";
      if (query.has("acl")) return "GetBucketAcl";
      if (query.has("uploads")) return "ListMultipartUploads";
      if (query.has("versions")) return "ListObjectVersions";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    default:
      return "Unknown";
  }
}

function ofObject({ method, query, rawQuery, headers }: Exchange): OperationName {
  const copies = headers["x-amz-copy-source"] !== undefined;
  const has = (name: string): boolean => rawQuery !== "" && query.has(name);
  if (has("torrent") || has("legal-hold") || has("retention") || has("select")) return "Unknown";
  switch (method) {
    case "HEAD":
      return "HeadObject";
    case "GET":
      if (has("uploadId")) return "ListParts";
      if (has("acl")) return "GetObjectAcl";
      if (has("tagging")) return "GetObjectTagging";
      return has("attributes") ? "GetObjectAttributes" : "GetObject";
    case "PUT":
      if (has("uploadId")) return copies ? "UploadPartCopy" : "UploadPart";
      if (has("acl")) return "PutObjectAcl";
      if (has("tagging")) return "PutObjectTagging";
      return copies ? "CopyObject" : "PutObject";
    case "POST":
      if (has("uploads")) return "CreateMultipartUpload";
      if (has("uploadId")) return "CompleteMultipartUpload";
      return has("restore") ? "RestoreObject" : "Unknown";
    case "DELETE":
      if (has("uploadId")) return "AbortMultipartUpload";
      return has("tagging") ? "DeleteObjectTagging" : "DeleteObject";
    default:
      return "Unknown";
  }
}
