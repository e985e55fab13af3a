import { contentBody } from "../core/body.ts";
import type { StoredObject } from "../core/bucket.ts";
import { decideRange } from "../core/ranges.ts";
import { isRestoring, requireReadable, restoreHeader } from "./archive.ts";
import { requireObject, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { checkConditions } from "./conditions.ts";
import { objectHeaders } from "./object-headers.ts";
import { refuse, requestIds } from "./refusal.ts";

const NOTHING = Buffer.alloc(0);
const NO_HEADERS: Slice["headers"] = {};

/** Which bytes are answered, and what is said about them. */
interface Slice {
  readonly start: number;
  readonly end: number;
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
}

export const getObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  requireReadable(object, call, world);
  const { status, headers, start, end } = describe(call, object, world);
  // Called before anything is awaited, so that head and content are of the same object.
  return { status, headers, body: await contentBody(call.store.read(call.key, start, end), end - start) };
};

export const headObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  const { status, headers } = describe(call, object, world);
  return { status, headers, body: NOTHING };
};

/** The slice with all the headers of its answer. */
function describe(call: BucketCall, object: StoredObject, world: World): Slice {
  checkConditions(call.exchange.headers, object);
  const slice = sliceOf(call, object);
  const { status, start, end } = slice;
  const headers = objectHeaders(object, call.exchange);
  Object.assign(headers, requestIds(call.exchange), slice.headers);
  headers["content-length"] = String(end - start);
  if (status === 206) headers["content-range"] = `bytes ${start}-${end - 1}/${object.sizeBytes}`;
  if (object.restoredUntilMs !== undefined && isRestoring(call, world)) {
    headers["x-amz-restore"] = restoreHeader(object, "ongoing") ?? "";
  }
  return { status, headers, start, end };
}

function sliceOf(call: BucketCall, object: StoredObject): Slice {
  const { headers, query } = call.exchange;
  const partNumber = query.size === 0 ? undefined : query.get("partNumber");
  if (partNumber !== undefined) return partSlice(call, object, Number(partNumber));
  const range = decideRange(headers["range"], "standard", object.sizeBytes);
  switch (range.kind) {
    case "whole":
      return { start: 0, end: object.sizeBytes, status: 200, headers: checksumHeaders(call, object) };
    case "part":
      return { start: range.start, end: range.end, status: 206, headers: NO_HEADERS };
    case "unsatisfiable":
      throw refuse("InvalidRange", {
        elements: { RangeRequested: headers["range"] ?? "", ActualObjectSize: String(object.sizeBytes) },
        headers: { "content-range": `bytes */${object.sizeBytes}` },
      });
    default:
      return range satisfies never;
  }
}

/** One part of a multipart object, or all of another one, which counts as part 1. */
function partSlice(call: BucketCall, object: StoredObject, partNumber: number): Slice {
  if (call.exchange.headers["range"] !== undefined) {
    throw refuse("InvalidRequest", { message: "Cannot specify both Range header and partNumber query parameter" });
  }
  if (!(partNumber >= 1 && partNumber <= 10_000)) throw refuse("InvalidArgument");
  const parts = object.parts.length === 0 ? [{ ...object, partNumber: 1 }] : object.parts;
  // S3 counts the parts of the object, whatever numbers they were uploaded under.
  const part = parts[partNumber - 1];
  if (part === undefined) throw refuse("InvalidPartNumber");
  const start = parts.slice(0, partNumber - 1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const counted = object.parts.length === 0 ? {} : { "x-amz-mp-parts-count": String(parts.length) };
  const status = object.sizeBytes === 0 ? 200 : 206;
  return { start, end: start + part.sizeBytes, status, headers: { ...counted, ...checksumHeaders(call, part) } };
}

/** The stored checksums, for who asks with `x-amz-checksum-mode: ENABLED`. */
function checksumHeaders(call: BucketCall, subject: Pick<StoredObject, "checksums">): Slice["headers"] {
  if (call.exchange.headers["x-amz-checksum-mode"]?.toUpperCase() !== "ENABLED") return NO_HEADERS;
  const headers: Record<string, string> = {};
  for (const [algorithm, value] of Object.entries(subject.checksums)) {
    headers[`x-amz-checksum-${algorithm}`] = value;
    headers["x-amz-checksum-type"] = value.includes("-") ? "COMPOSITE" : "FULL_OBJECT";
  }
  return headers;
}
