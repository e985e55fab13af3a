import { createHash, hash, type Hash } from "node:crypto";

import type { BucketStore } from "./bucket.ts";
import { crc64Of, createCrc64, type Crc64 } from "./crc64.ts";

/** Up to this size an answer is held in memory and leaves in one write. */
const WHOLE_ANSWER_BYTES = 256 * 1024;

/** Gathers a body; more than `limitBytes` is refused with a RangeError. */
export async function gather(body: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw new RangeError(`a body of more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, sizeBytes);
}

/** The body of an answer that carries an object's bytes from `start` up to, not including, `end`. */
export async function contentBody(
  store: BucketStore,
  key: string,
  range: { start: number; end: number },
): Promise<Buffer | AsyncIterable<Buffer>> {
  const content = store.read(key, range.start, range.end);
  return range.end - range.start <= WHOLE_ANSWER_BYTES ? gather(content, WHOLE_ANSWER_BYTES) : content;
}

/** A body of one Buffer; of none where it is empty. */
export async function* bodyOf(content: Buffer): AsyncGenerator<Buffer> {
  if (content.length > 0) yield content;
}

export interface ContentHashes {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  readonly crc64: bigint;
}

/** Hashes content on its way into a store. */
export interface ContentHash {
  update(chunk: Buffer): Promise<void>;
  finish(): ContentHashes;
}

/** Content of one chunk, the common case of small objects, is hashed in one call and starts no stream of hashes. */
export function createContentHash(): ContentHash {
  let first: Buffer | undefined;
  let stream: { readonly md5: Hash; readonly crc: Crc64 } | undefined;
  let sizeBytes = 0;
  return {
    update: async (chunk) => {
      sizeBytes += chunk.length;
      if (stream === undefined && first === undefined) {
        first = chunk;
        return;
      }
      if (stream === undefined) {
        stream = { md5: createHash("md5"), crc: await createCrc64() };
        if (first !== undefined) stream.md5.update(first);
        if (first !== undefined) stream.crc.update(first);
      }
      stream.md5.update(chunk);
      stream.crc.update(chunk);
    },
    finish: () => {
      if (stream !== undefined) return { sizeBytes, md5Hex: stream.md5.digest("hex"), crc64: stream.crc.finish() };
      const content = first ?? Buffer.alloc(0);
      return { sizeBytes, md5Hex: hash("md5", content, "hex"), crc64: crc64Of(content) };
    },
  };
}
