import { createHash } from "node:crypto";

import { Fault } from "../../domain/fault.ts";
import type { Payload } from "../../ports/object-target.ts";
import { crc64 } from "../crc64/crc64.ts";

/** A body that arrived in one piece of memory, hashed as OSS hashes. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly crc64: bigint;
}

/** Takes a payload in. A wrong length or a wrong Content-MD5 is a fault, and nothing is stored. */
export async function receive(payload: Payload, signal: AbortSignal): Promise<Received> {
  signal.throwIfAborted();
  const bytes = await gather(payload, signal);
  const md5 = createHash("md5").update(bytes).digest();
  if (payload.contentMd5 !== undefined && payload.contentMd5 !== md5.toString("base64")) {
    throw new Fault("TARGET_CHECKSUM_MISMATCH", "transient", { said: "the body does not match its Content-MD5" });
  }
  return { bytes, etag: md5.toString("hex").toUpperCase(), crc64: crc64(bytes) };
}

async function gather(payload: Payload, signal: AbortSignal): Promise<Uint8Array> {
  if ("bytes" in payload) return Uint8Array.from(payload.bytes);
  const pieces: Uint8Array[] = [];
  for await (const chunk of payload.chunks) {
    signal.throwIfAborted();
    pieces.push(Uint8Array.from(chunk));
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length === payload.sizeBytes) return bytes;
  throw new Fault("SOURCE_BODY_TRUNCATED", "transient", {
    said: `${bytes.length} bytes came where ${payload.sizeBytes} were announced`,
  });
}
