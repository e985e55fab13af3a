import type { Chunks } from "../../ports/object-source.ts";
import { giveBackBody } from "../http1/body-pool.ts";
import type { HeaderFields } from "../http1/header-fields.ts";
import type { RequestBody } from "./request-body.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The request target as it goes on the wire: nothing rewrites it. */
  readonly path: string;
  /** By lower-case name, Host among them, without Content-Length; values are sent as latin1. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  /** An answer's body up to this size comes whole, a larger one in chunks. Refusals (status 300 and up) come whole. */
  readonly wholeUpToBytes: number;
  /** How large the answer's body will be, where that is known: large ones take a cheaper way. */
  readonly expectedBytes?: number | undefined;
  /** Instead of the usual wait for the answer's head. */
  readonly headMs?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: HeaderFields;
  /** A Buffer where the body came whole. */
  readonly body: Buffer | Chunks;
}

/** HTTP/1.1 to one origin over kept connections. Rejects with a `Fault`, what the body threw, or the signal's reason. */
export interface Transport {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The body of an answer that was asked for whole. */
export function wholeBody({ body }: HttpAnswer): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The same as text. The body's memory is the next one's: whoever asks must be the only one who reads it. */
export function takeText(answer: HttpAnswer): string {
  const body = wholeBody(answer);
  const text = body.toString();
  giveBackBody(body);
  return text;
}
