import { settingsOf, type BucketCall, type World } from "./call.ts";
import { refuse } from "./refusal.ts";
import type { OssOperation } from "./route.ts";

const PUBLIC_READS: ReadonlySet<OssOperation> = new Set(["GetObject", "HeadObject", "GetObjectMeta", "GetSymlink"]);
const PUBLIC_LISTS: ReadonlySet<OssOperation> = new Set(["ListObjects", "ListObjectsV2", "HeadBucket"]);
const PUBLIC_WRITES: ReadonlySet<OssOperation> = new Set(["PutObject", "AppendObject", "DeleteObject"]);

/** Refuses what an unsigned request may not do. An object's own ACL goes before its bucket's. */
export async function checkAnonymous(operation: OssOperation, call: BucketCall, world: World): Promise<void> {
  const bucketAcl = settingsOf(world, call.bucketName).acl;
  const acl = call.key === "" ? bucketAcl : await objectAcl(call, bucketAcl);
  const mayRead = acl === "public-read" || acl === "public-read-write";
  if (mayRead && (PUBLIC_READS.has(operation) || PUBLIC_LISTS.has(operation))) return;
  if (acl === "public-read-write" && PUBLIC_WRITES.has(operation)) return;
  throw refuse("AccessDenied", { message: "You have no right to access this object because of bucket acl." });
}

async function objectAcl(call: BucketCall, bucketAcl: string): Promise<string> {
  const own = (await call.store.stat(call.key))?.acl ?? "default";
  return own === "default" ? bucketAcl : own;
}
