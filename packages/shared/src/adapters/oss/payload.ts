import type { Payload } from "../../ports/object-target.ts";
import type { RequestBody } from "../http/request-body.ts";

/** A payload as a request's body and the headers that go with it. */
export function bodyOfPayload(payload: Payload): { body: RequestBody; headers: Readonly<Record<string, string>> } {
  const body = "bytes" in payload ? { bytes: payload.bytes, sizeBytes: payload.bytes.length } : payload;
  return { body, headers: payload.contentMd5 === undefined ? {} : { "content-md5": payload.contentMd5 } };
}
