import type { StoredObject } from "../core/bucket.ts";
import { httpDate } from "../core/http-date.ts";
import type { World } from "./call.ts";

/** What GET and HEAD say about an object in their headers; Content-Length is the caller's. */
export function objectHeaders(object: StoredObject, restore: RestoreState): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": httpDate(object.lastModifiedMs),
    "x-oss-object-type": object.objectType,
    "x-oss-storage-class": object.storageClass,
    ...object.headers,
  };
  if (object.crc64 !== undefined) headers["x-oss-hash-crc64ecma"] = object.crc64.toString();
  if (object.md5Hex !== undefined) headers["content-md5"] = Buffer.from(object.md5Hex, "hex").toString("base64");
  for (const name in object.userMetadata) headers[`x-oss-meta-${name}`] = object.userMetadata[name] ?? "";
  if (object.tags.length > 0) headers["x-oss-tagging-count"] = String(object.tags.length);
  if (object.objectType === "Appendable") headers["x-oss-next-append-position"] = String(object.sizeBytes);
  if (restore.state === "ongoing") headers["x-oss-restore"] = 'ongoing-request="true"';
  if (restore.state === "restored") {
    const until = new Date(restore.untilMs).toUTCString();
    headers["x-oss-restore"] = `ongoing-request="false", expiry-date="${until}"`;
  }
  return headers;
}

/** Whether an object of an archive class can be read; `warm` is every other class. */
export type RestoreState =
  | { readonly state: "warm" | "frozen" | "ongoing" }
  | { readonly state: "restored"; readonly untilMs: number };

const FROZEN_CLASSES: ReadonlySet<string> = new Set(["Archive", "ColdArchive", "DeepColdArchive"]);
const WARM: RestoreState = { state: "warm" };

export function restoreStateOf(object: StoredObject, bucketName: string, world: World, nowMs: number): RestoreState {
  if (!FROZEN_CLASSES.has(object.storageClass)) return WARM;
  if ((world.restoredAtMs.get(restoreName(bucketName, object.key)) ?? 0) > nowMs) return { state: "ongoing" };
  const untilMs = object.restoredUntilMs;
  return untilMs !== undefined && untilMs > nowMs ? { state: "restored", untilMs } : { state: "frozen" };
}

/** Under which name `World.restoredAtMs` keeps a key. */
export function restoreName(bucketName: string, key: string): string {
  return `${bucketName}/${key}`;
}
