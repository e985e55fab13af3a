import type { StoredObject } from "../core/bucket.ts";
import { textOf } from "../core/xml-reader.ts";
import { emptyAnswer, readDocument, requireObject, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { refuse } from "./refusal.ts";

const FROZEN = new Set(["GLACIER", "DEEP_ARCHIVE"]);
const DAY_MS = 86_400_000;

function isFrozen(object: StoredObject): boolean {
  return FROZEN.has(object.storageClass);
}

/** Refuses to read an archived object that is not restored, or no longer. */
export function requireReadable(object: StoredObject, call: BucketCall, world: World): void {
  if (!isFrozen(object)) return;
  const until = object.restoredUntilMs ?? 0;
  if (until > world.now() && !isRestoring(call, world)) return;
  throw refuse("InvalidObjectState", { elements: { StorageClass: object.storageClass } });
}

/** The `x-amz-restore` header; undefined for an object whose restore nobody asked for. */
export function restoreHeader(object: StoredObject, state: "ongoing" | "done" = "done"): string | undefined {
  if (object.restoredUntilMs === undefined) return undefined;
  if (state === "ongoing") return `ongoing-request="true"`;
  return `ongoing-request="false", expiry-date="${new Date(object.restoredUntilMs).toUTCString()}"`;
}

export function isRestoring(call: BucketCall, world: World): boolean {
  return (world.restoredAtMs.get(placeOf(call)) ?? 0) > world.now();
}

/** Asks for a readable copy: 202, while it is made 409, afterwards 200, which prolongs it. */
export const restoreObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  if (!isFrozen(object)) {
    throw refuse("InvalidObjectState", {
      message: "Restore is not allowed for the object's current storage class",
      elements: { StorageClass: object.storageClass },
    });
  }
  const days = Number(textOf(await readDocument(call, "RestoreRequest"), "Days"));
  if (!Number.isInteger(days) || days < 1) throw refuse("MalformedXML");
  if (isRestoring(call, world)) throw refuse("RestoreAlreadyInProgress");
  const nowMs = world.now();
  const isRestored = (object.restoredUntilMs ?? 0) > nowMs;
  const readyAtMs = isRestored ? nowMs : nowMs + world.restoreMs;
  world.restoredAtMs.set(placeOf(call), readyAtMs);
  await call.store.amend(call.key, { restoredUntilMs: readyAtMs + days * DAY_MS });
  return emptyAnswer(call, isRestored ? 200 : 202);
};

function placeOf(call: BucketCall): string {
  return `${call.bucketName}/${call.key}`;
}
