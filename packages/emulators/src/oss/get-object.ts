import { contentBody } from "../core/body.ts";
import type { StoredObject } from "../core/bucket.ts";
import type { Answer } from "../core/exchange.ts";
import { httpDate } from "../core/http-date.ts";
import { emptyAnswer, requireObject, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { checkConditions, readConditions } from "./conditions.ts";
import { objectHeaders, restoreStateOf } from "./object-headers.ts";
import { encodePath } from "../core/percent.ts";
import { decideRange } from "../core/ranges.ts";
import { refuse } from "./refusal.ts";

/** The headers of an answer that a signed GET may set in its query, each as `response-<header>`. */
const OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
] as const;

/** GetObject: conditions, OSS' ranges, `response-…` overrides; reads through a symlink. */
export const getObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  const content = await contentOf(call, object);
  refuseFrozen(call, world, content);
  const headers = readHeaders(call, world, { object, content });
  const unmodified = answerCondition(call, content, headers);
  if (unmodified !== undefined) return unmodified;
  override(call, headers);
  const requested = call.exchange.headers;
  const range = decideRange(requested["range"], requested["x-oss-range-behavior"], content.sizeBytes);
  if (range.kind === "unsatisfiable") {
    throw refuse("InvalidRange", { headers: { "content-range": `bytes */${content.sizeBytes}` } });
  }
  const { start, end } = range.kind === "whole" ? { start: 0, end: content.sizeBytes } : range;
  headers["content-length"] = String(end - start);
  if (range.kind === "part") headers["content-range"] = `bytes ${start}-${end - 1}/${content.sizeBytes}`;
  const body = await contentBody(call.store.read(content.key, start, end), end - start);
  return { status: range.kind === "part" ? 206 : 200, headers, body };
};

/** HeadObject: what GetObject would say about the whole object, archived or not. */
export const headObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  const content = await contentOf(call, object);
  const headers = readHeaders(call, world, { object, content });
  const unmodified = answerCondition(call, content, headers);
  if (unmodified !== undefined) return unmodified;
  headers["content-length"] = String(content.sizeBytes);
  return { status: 200, headers, body: noBytes() };
};

/** GetObjectMeta: size, ETag, time and CRC alone; of a symlink its own. */
export const getObjectMeta: BucketOperation = async (call) => {
  const object = await requireObject(call);
  const headers: Record<string, string> = {
    etag: `"${object.etag}"`,
    "last-modified": httpDate(object.lastModifiedMs),
    "content-length": String(object.sizeBytes),
  };
  if (object.crc64 !== undefined) headers["x-oss-hash-crc64ecma"] = object.crc64.toString();
  return { status: 200, headers, body: noBytes() };
};

/** GetSymlink: names the target. */
export const getSymlink: BucketOperation = async (call) => {
  const object = await requireObject(call);
  if (object.symlinkTarget === undefined) throw refuse("NotSymlink");
  return emptyAnswer(200, {
    etag: `"${object.etag}"`,
    "last-modified": httpDate(object.lastModifiedMs),
    "x-oss-symlink-target": encodePath(object.symlinkTarget),
  });
};

/** The object whose bytes are read: the object itself, or a symlink's target, which may not be a symlink again. */
async function contentOf(call: BucketCall, object: StoredObject): Promise<StoredObject> {
  if (object.symlinkTarget === undefined) return object;
  const target = await call.store.stat(object.symlinkTarget);
  if (target === undefined) throw refuse("SymlinkTargetNotExist");
  if (target.symlinkTarget !== undefined) throw refuse("InvalidTargetType");
  return target;
}

/** Refuses to read an archived object that is not restored. */
export function refuseFrozen(call: BucketCall, world: World, object: StoredObject): void {
  const { state } = restoreStateOf(object, call.bucketName, world, call.nowMs);
  if (state === "frozen" || state === "ongoing") {
    throw refuse("InvalidObjectState", { elements: { ObjectName: object.key } });
  }
}

interface Read {
  readonly object: StoredObject;
  readonly content: StoredObject;
}

/** Content's facts are the target's, everything else is the symlink's own (Alibaba, GetObject on symlinks). */
function readHeaders(call: BucketCall, world: World, { object, content }: Read): Record<string, string> {
  const restore = restoreStateOf(content, call.bucketName, world, call.nowMs);
  if (object === content) return objectHeaders(object, restore);
  const { etag, md5Hex, crc64, sizeBytes } = content;
  const lastModifiedMs = Math.max(object.lastModifiedMs, content.lastModifiedMs);
  return objectHeaders({ ...object, etag, md5Hex, crc64, sizeBytes, lastModifiedMs }, restore);
}

function answerCondition(call: BucketCall, object: StoredObject, headers: Record<string, string>): Answer | undefined {
  const condition = checkConditions(readConditions(call.exchange.headers, ""), object);
  if (condition === "holds") return undefined;
  return { status: 304, headers, body: noBytes() };
}

function override(call: BucketCall, headers: Record<string, string>): void {
  if (call.exchange.query.size === 0) return;
  for (const name of OVERRIDES) {
    const value = call.exchange.query.get(`response-${name}`);
    if (value === undefined) continue;
    if (call.requester.kind === "anonymous") {
      throw refuse("InvalidRequest", { message: "Response headers cannot be overridden by an anonymous request." });
    }
    headers[name] = value;
  }
}

async function* noBytes(): AsyncGenerator<Buffer> {
  // The answer to a HEAD states the length of a body that it does not carry.
}
