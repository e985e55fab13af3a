import type { Payload } from "../../ports/object-target.ts";
import type { RequestBody } from "../http/request-body.ts";

/** A payload as a request's body; its MD5 goes as a header. */
export function bodyOfPayload(payload: Payload): RequestBody {
  return "bytes" in payload ? { bytes: payload.bytes, sizeBytes: payload.bytes.length } : payload;
}
