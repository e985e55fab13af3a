import type { IncomingMessage } from "node:http";

import type { Body } from "./body.ts";

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
  readonly body: Body;
  readonly requestId: string;
  readonly message: IncomingMessage;
}

/** What a protocol answers; the listener in `listen.ts` sends it, bending it where the fault plan says so. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A Buffer has its Content-Length set by the listener; a stream brings `content-length` in the headers. */
  readonly body: Buffer | Body;
}

/** What a request asks for, read from its head before anything of it is checked. */
export interface Asked {
  /** For the fault plan and the request log: `GetObject`, `UploadPart`, … */
  readonly operation: string;
  /** The object's key for the fault plan's `keyPattern`; "" where none is meant. */
  readonly key: string;
  /** Takes the exchange that was read, or the same with its body bent by a fault. Throws only what is a defect of the emulator. */
  answer(exchange: Exchange): Promise<Answer>;
}

/** A store's protocol: from an exchange to an answer. */
export interface Protocol {
  readonly name: "s3" | "oss";
  read(exchange: Exchange): Asked;
  /** The answer of a throttled or failing store (503), in this protocol's own words. */
  refusal(exchange: Exchange, refusal: { status: number; code: string; delayMs: number | undefined }): Answer;
}
