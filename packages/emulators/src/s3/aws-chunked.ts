import { createHash } from "node:crypto";

import { createByteReader } from "./byte-reader.ts";
import { sha256Hex } from "./canonical.ts";
import { refuse } from "./refusal.ts";
import type { Signed } from "./signature.ts";

/** How an aws-chunked body is proven; "Signature calculations for the Authorization header (chunked upload)" in the S3 API. */
export interface ChunkedFormat {
  readonly chunks: "signed" | "unsigned";
  readonly hasTrailer: boolean;
}

const EMPTY_SHA256 = sha256Hex("");
/** S3's smallest chunk, but for the last, is 8 KiB; nothing says how large one may be. */
const CHUNK_HEAD = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/u;

/** The content of an aws-chunked body. Puts what stands behind the last chunk into `trailers`, by lower-case name. */
export async function* unchunked(
  body: AsyncIterable<Buffer>,
  format: ChunkedFormat,
  signed: Signed,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = createByteReader(body);
  let previous = signed.signature;
  for (;;) {
    const [, size, signature] = CHUNK_HEAD.exec((await reader.line()) ?? "") ?? [];
    if (size === undefined) throw refuse("IncompleteBody");
    if (format.chunks === "signed" && signature === undefined) throw refuse("SignatureDoesNotMatch");
    const sizeBytes = Number.parseInt(size, 16);
    const digest = format.chunks === "signed" ? createHash("sha256") : undefined;
    let taken = 0;
    for await (const piece of reader.take(sizeBytes)) {
      digest?.update(piece);
      taken += piece.length;
      yield piece;
    }
    if (taken < sizeBytes) throw refuse("IncompleteBody");
    if (digest !== undefined && signature !== undefined) {
      const expected = chunkSignature(signed, previous, digest.digest("hex"));
      if (expected !== signature) throw refuse("SignatureDoesNotMatch");
      previous = signature;
    }
    if (sizeBytes === 0) break;
    if ((await reader.line()) !== "") throw refuse("IncompleteBody");
  }
  if (format.hasTrailer) await readTrailers(reader.line, trailers);
  if (format.hasTrailer && format.chunks === "signed") checkTrailerSignature(trailers, signed, previous);
}

function chunkSignature(signed: Signed, previous: string, contentHash: string): string {
  const text = `AWS4-HMAC-SHA256-PAYLOAD\n${signed.amzDate}\n${signed.scope}\n${previous}\n${EMPTY_SHA256}\n${contentHash}`;
  return signed.sign(text);
}

async function readTrailers(line: () => Promise<string | undefined>, trailers: Map<string, string>): Promise<void> {
  for (;;) {
    const text = await line();
    // Some clients end the body behind the last trailer without the empty line.
    if (text === undefined || text === "") return;
    const colon = text.indexOf(":");
    if (colon < 0)
      throw refuse("MalformedXML", { message: "The request contained trailing data that was not well-formed" });
    trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
  }
}

function checkTrailerSignature(trailers: Map<string, string>, signed: Signed, previous: string): void {
  const given = trailers.get("x-amz-trailer-signature");
  const lines = [...trailers].filter(([name]) => name !== "x-amz-trailer-signature");
  const canonical = lines
    .map(([name, value]) => `${name}:${value}\n`)
    .sort()
    .join("");
  const text = `AWS4-HMAC-SHA256-TRAILER\n${signed.amzDate}\n${signed.scope}\n${previous}\n${sha256Hex(canonical)}`;
  if (signed.sign(text) !== given) throw refuse("SignatureDoesNotMatch");
}
