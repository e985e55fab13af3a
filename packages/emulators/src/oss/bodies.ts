import { hash } from "node:crypto";

import { gather } from "../core/body.ts";
import type { Draft } from "../core/bucket.ts";
import type { Exchange } from "../core/exchange.ts";
import type { BucketCall, ServiceCall } from "./call.ts";
import { MAX_DOCUMENT_BYTES, MAX_OBJECT_IN_ONE_PIECE_BYTES } from "./limits.ts";
import { refuse } from "./refusal.ts";

/** Receives the content of an object, a part or an append; checks Content-MD5. */
export async function receiveContent(call: BucketCall): Promise<Draft> {
  const { exchange } = call;
  const length = exchange.headers["content-length"];
  if (length === undefined && exchange.headers["transfer-encoding"] === undefined) {
    throw refuse("MissingContentLength");
  }
  if (length !== undefined && Number(length) > MAX_OBJECT_IN_ONE_PIECE_BYTES) throw refuse("EntityTooLarge");
  const expectedMd5 = readContentMd5(exchange);
  const draft = await call.store.draft(exchange.body).catch((error: unknown) => {
    throw cutOff(exchange, error);
  });
  if (expectedMd5 !== undefined && expectedMd5 !== draft.md5Hex) {
    await draft.discard();
    throw refuseDigest(exchange);
  }
  return draft;
}

/** Reads a document of the request's; checks Content-MD5. */
export async function receiveDocument(call: ServiceCall): Promise<string> {
  const expectedMd5 = readContentMd5(call.exchange);
  let body: Buffer;
  try {
    body = await gather(call.exchange.body, MAX_DOCUMENT_BYTES);
  } catch (error) {
    throw error instanceof RangeError ? refuse("MalformedXML") : cutOff(call.exchange, error);
  }
  if (expectedMd5 !== undefined && expectedMd5 !== hash("md5", body, "hex")) throw refuseDigest(call.exchange);
  return body.toString("utf8");
}

/** A client that went away in mid-body is no defect of ours. */
function cutOff(exchange: Exchange, error: unknown): unknown {
  return exchange.message.complete ? error : refuse("IncompleteBody");
}

function readContentMd5(exchange: Exchange): string | undefined {
  const header = exchange.headers["content-md5"];
  if (header === undefined) return undefined;
  const digest = Buffer.from(header, "base64");
  if (digest.length !== 16) throw refuseDigest(exchange);
  return digest.toString("hex");
}

function refuseDigest(exchange: Exchange): Error {
  return refuse("InvalidDigest", { elements: { "Content-MD5": exchange.headers["content-md5"] ?? "" } });
}
