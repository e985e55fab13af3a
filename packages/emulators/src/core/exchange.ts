import type { IncomingMessage } from "node:http";

/** A request as the protocols see it: raw path and query, because a URL class would rewrite odd keys. */
export interface Exchange {
  readonly method: string;
  /** The request target exactly as sent, up to the `?`. */
  readonly rawPath: string;
  /** The query exactly as sent, without the `?`; empty where there is none. */
  readonly rawQuery: string;
  /** Decoded query; a name without `=` has the value "". */
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Buffer>;
  readonly requestId: string;
  readonly message: IncomingMessage;
}

/** What a protocol answers; the listener in `listen.ts` sends it, bending it where the fault plan says so. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A Buffer has its Content-Length set by the listener; a stream brings `content-length` in the headers. */
  readonly body: Buffer | AsyncIterable<Buffer>;
}

/** A store's protocol: from an exchange to an answer. Throws only what is a defect of the emulator (answered 500). */
export interface Protocol {
  readonly name: "s3" | "oss";
  /** Names the operation for the fault plan and the request log: `GetObject`, `UploadPart`, … */
  operationOf(exchange: Exchange): string;
  /** The object's key for the fault plan's `keyPattern`; "" where none is meant. Without it: the decoded path. */
  keyOf?(exchange: Exchange): string;
  answer(exchange: Exchange): Promise<Answer>;
  /** The answer of a throttled or failing store (503), in this protocol's own words. */
  refusal(exchange: Exchange, refusal: { status: number; code: string; delayMs: number | undefined }): Answer;
}
