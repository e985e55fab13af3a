import { createHash, hash } from "node:crypto";

import type { BucketStore } from "./bucket.ts";
import { crc64Of, createCrc64 } from "./crc64/crc64.ts";

/** Bytes on their way: a request's, or an object's. */
export interface Body extends AsyncIterable<Buffer> {
  /** A small body can be had in one piece instead, which costs a fraction of reading it chunk by chunk. */
  readonly whole?: () => Promise<Buffer>;
}

/** Up to this size content is held in memory and leaves in one write. */
const WHOLE_BYTES = 256 * 1024;

/** Gathers a body; more than `limitBytes` is refused with a RangeError. */
export async function gather(body: Body, limitBytes: number): Promise<Buffer> {
  if (body.whole !== undefined) return within(limitBytes, await body.whole());
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw tooLong(limitBytes);
    chunks.push(chunk);
  }
  return joined(chunks);
}

function within(limitBytes: number, content: Buffer): Buffer {
  if (content.length > limitBytes) throw tooLong(limitBytes);
  return content;
}

function tooLong(limitBytes: number): RangeError {
  return new RangeError(`a body of more than ${limitBytes} bytes`);
}

/** One piece as it is, several copied one behind the other. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}

/** The body of an answer that carries an object's bytes from `start` up to, not including, `end`. */
export async function contentBody(
  store: BucketStore,
  key: string,
  range: { start: number; end: number },
): Promise<Buffer | Body> {
  const content = store.read(key, range.start, range.end);
  return range.end - range.start <= WHOLE_BYTES ? gather(content, WHOLE_BYTES) : content;
}

/** A body that is read in one piece, and not before somebody asks for it. */
export function wholeBody(whole: () => Promise<Buffer>): Body {
  return {
    whole,
    async *[Symbol.asyncIterator]() {
      const content = await whole();
      if (content.length > 0) yield content;
    },
  };
}

/** A body of one Buffer; of none where it is empty. */
export function bodyOf(content: Buffer): Body {
  return wholeBody(async () => content);
}

/** A body of pieces that lie in memory. */
export function bodyOfPieces(pieces: Iterable<Buffer>, sizeBytes: number): Body {
  return sizeBytes <= WHOLE_BYTES ? wholeBody(async () => joined([...pieces])) : streamed(pieces);
}

async function* streamed(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces;
}

/** The same body; `see` gets every chunk before the reader does. */
export function tapped(body: Body, see: (chunk: Buffer) => void): Body {
  const { whole } = body;
  if (whole === undefined) return tappedChunks(body, see);
  return wholeBody(async () => {
    const content = await whole();
    see(content);
    return content;
  });
}

async function* tappedChunks(body: Body, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    see(chunk);
    yield chunk;
  }
}

export interface ContentHashes {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  readonly crc64: bigint;
}

/** Hashes content on its way into a store; `keep` gets every chunk and is waited for. */
export async function hashContent(body: Body, keep?: (chunk: Buffer) => void | Promise<void>): Promise<ContentHashes> {
  if (body.whole !== undefined) {
    const content = await body.whole();
    await keep?.(content);
    return { sizeBytes: content.length, md5Hex: hash("md5", content, "hex"), crc64: crc64Of(content) };
  }
  const md5 = createHash("md5");
  const crc = createCrc64();
  let sizeBytes = 0;
  for await (const chunk of body) {
    md5.update(chunk);
    crc.update(chunk);
    sizeBytes += chunk.length;
    await keep?.(chunk);
  }
  return { sizeBytes, md5Hex: md5.digest("hex"), crc64: crc.finish() };
}
