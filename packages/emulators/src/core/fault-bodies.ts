import { setTimeout as delay } from "node:timers/promises";

import { chunksOf, type Body } from "./body.ts";

/** One byte of the content inverted; a shorter content passes unharmed. */
export async function* flipByte(body: Body, atByte: number): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of chunksOf(body)) {
    const at = atByte - offset;
    offset += chunk.length;
    if (at < 0 || at >= chunk.length) {
      yield chunk;
      continue;
    }
    // A copy: the chunk may be the store's own memory.
    const flipped = Buffer.from(chunk);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0xff, at);
    yield flipped;
  }
}

/** The first bytes of the content. */
export async function* firstBytes(body: Body, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunksOf(body)) {
    if (left <= 0) return;
    yield chunk.subarray(0, left);
    left -= chunk.length;
  }
}

/** The content and zero bytes behind it. */
export async function* padded(body: Body, bytes: number): AsyncGenerator<Buffer> {
  yield* chunksOf(body);
  yield Buffer.alloc(bytes);
}

const PACE_BYTES = 16 * 1024;

/** The content at no more than the given rate, whatever the sizes of its chunks. */
export async function* paced(body: Body, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const startedMs = performance.now();
  let sent = 0;
  for await (const chunk of chunksOf(body)) {
    for (let at = 0; at < chunk.length; at += PACE_BYTES) {
      const piece = chunk.subarray(at, at + PACE_BYTES);
      sent += piece.length;
      const waitMs = startedMs + (sent / bytesPerSecond) * 1000 - performance.now();
      if (waitMs > 1) await delay(waitMs);
      yield piece;
    }
  }
}
