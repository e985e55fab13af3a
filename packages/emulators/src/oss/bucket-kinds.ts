import type { BucketConfig } from "../core/bucket-config.ts";
import { refuse } from "./refusal.ts";
import type { OssOperation } from "./route.ts";

const WRITES: ReadonlySet<OssOperation> = new Set([
  "PutObject",
  "CopyObject",
  "AppendObject",
  "DeleteObject",
  "DeleteMultipleObjects",
  "PutObjectAcl",
  "PutObjectTagging",
  "DeleteObjectTagging",
  "PutSymlink",
  "RestoreObject",
  "InitiateMultipartUpload",
]);

/** Refuses what an emulated bucket of that kind cannot do: writing computed objects, reading bytes that were dropped. */
export function checkBucketKind(kind: BucketConfig["kind"], operation: OssOperation): void {
  if (kind === "synthetic" && WRITES.has(operation)) {
    throw refuse("AccessDenied", { message: "A synthetic bucket takes no writes." });
  }
  if (kind === "sink" && (operation === "GetObject" || operation === "AppendObject")) {
    throw refuse("NotImplemented", { message: "A sink bucket keeps no bytes." });
  }
}
