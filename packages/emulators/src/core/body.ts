import { createHash, hash } from "node:crypto";

import { crc64Of, createCrc64 } from "./crc64/crc64.ts";

/** Bytes on their way, a request's or an object's: a small body comes in one piece, at a fraction of the cost of chunks. */
export type Body = AsyncIterable<Buffer> | WholeBody;

export interface WholeBody {
  /** To be called once; nothing is read before. */
  readonly whole: () => Promise<Buffer>;
}

/** Any body, chunk by chunk. */
export function chunksOf(body: Body): AsyncIterable<Buffer> {
  return "whole" in body ? onePiece(body) : body;
}

async function* onePiece({ whole }: WholeBody): AsyncGenerator<Buffer> {
  const content = await whole();
  if (content.length > 0) yield content;
}

/** Up to this size content is held in memory and leaves in one write. */
const WHOLE_BYTES = 256 * 1024;

/** Gathers a body; more than `limitBytes` is refused with a RangeError. */
export async function gather(body: Body, limitBytes: number): Promise<Buffer> {
  if ("whole" in body) return within(limitBytes, await body.whole());
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

/** Content as the body of an answer. */
export async function contentBody(content: Body, sizeBytes: number): Promise<Buffer | Body> {
  return sizeBytes <= WHOLE_BYTES ? gather(content, WHOLE_BYTES) : content;
}

/** A body of one Buffer; of none where it is empty. */
export function bodyOf(content: Buffer): Body {
  return { whole: async () => content };
}

/** A body of pieces that lie in memory. */
export function bodyOfPieces(pieces: Iterable<Buffer>, sizeBytes: number): Body {
  return sizeBytes <= WHOLE_BYTES ? { whole: async () => joined([...pieces]) } : streamed(pieces);
}

async function* streamed(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces;
}

/** The same body; `see` gets every chunk before the reader does. */
export function tapped(body: Body, see: (chunk: Buffer) => void): Body {
  if (!("whole" in body)) return tappedChunks(body, see);
  return {
    whole: async () => {
      const content = await body.whole();
      see(content);
      return content;
    },
  };
}

async function* tappedChunks(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
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
  if ("whole" in body) {
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
