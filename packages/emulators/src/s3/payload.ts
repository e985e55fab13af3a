import { createHash, hash } from "node:crypto";

import { chunksOf, type Body } from "../core/body.ts";
import type { Exchange } from "../core/exchange.ts";
import { unchunked, type ChunkedFormat } from "./aws-chunked.ts";
import { refuse } from "./refusal.ts";
import type { Signed } from "./signature.ts";

/** A request's content, proven while it is read: reading throws the refusal where the proof fails. */
export interface Payload {
  readonly content: Body;
  /** What stands behind an aws-chunked content, complete once that was read. */
  readonly trailers: ReadonlyMap<string, string>;
}

const FORMATS: Readonly<Record<string, ChunkedFormat>> = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { chunks: "signed", hasTrailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { chunks: "signed", hasTrailer: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { chunks: "unsigned", hasTrailer: true },
};

const NO_TRAILERS: ReadonlyMap<string, string> = new Map();

export function openPayload(exchange: Exchange, signed: Signed): Payload {
  const proof = signed.payloadHash;
  if (proof === "UNSIGNED-PAYLOAD") return { content: exchange.body, trailers: NO_TRAILERS };
  const format = FORMATS[proof];
  if (format !== undefined) {
    const trailers = new Map<string, string>();
    const content = unchunked(chunksOf(exchange.body), format, signed, trailers);
    return { content: ofLength(content, exchange.headers["x-amz-decoded-content-length"]), trailers };
  }
  if (!/^[0-9a-f]{64}$/u.test(proof)) {
    const message = `x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.`;
    throw refuse("InvalidArgument", {
      message,
      elements: { ArgumentName: "x-amz-content-sha256", ArgumentValue: proof },
    });
  }
  return { content: hashed(exchange.body, proof), trailers: NO_TRAILERS };
}

/** The same body, refused at its end where its SHA-256 is another one. */
function hashed(body: Body, expected: string): Body {
  if (!("whole" in body)) return hashedChunks(body, expected);
  return {
    whole: async () => {
      const content = await body.whole();
      checkHash(hash("sha256", content, "hex"), expected);
      return content;
    },
  };
}

async function* hashedChunks(chunks: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const digest = createHash("sha256");
  for await (const chunk of chunks) {
    digest.update(chunk);
    yield chunk;
  }
  checkHash(digest.digest("hex"), expected);
}

function checkHash(actual: string, expected: string): void {
  if (actual === expected) return;
  throw refuse("XAmzContentSHA256Mismatch", {
    elements: { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: actual },
  });
}

async function* ofLength(content: AsyncIterable<Buffer>, announced: string | undefined): AsyncGenerator<Buffer> {
  if (announced === undefined) throw refuse("MissingContentLength");
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    yield chunk;
  }
  if (sizeBytes !== Number(announced)) throw refuse("IncompleteBody");
}
