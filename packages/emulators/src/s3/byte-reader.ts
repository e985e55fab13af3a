/** Reads a stream by lines and by counts. */
export interface ByteReader {
  /** The next line without its CRLF; undefined where the stream ended before one. */
  readonly line: () => Promise<string | undefined>;
  /** Yields exactly the next `bytes`, in pieces as they come; fewer where the stream ends. */
  readonly take: (bytes: number) => AsyncGenerator<Buffer>;
}

const LINE_BYTES = 64 * 1024;

export function createByteReader(body: AsyncIterable<Buffer>): ByteReader {
  const source = body[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  async function more(): Promise<boolean> {
    const { done, value } = await source.next();
    if (done === true) return false;
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return true;
  }

  return {
    line: async () => {
      for (;;) {
        const end = rest.indexOf("\r\n");
        if (end >= 0) {
          const line = rest.toString("latin1", 0, end);
          rest = rest.subarray(end + 2);
          return line;
        }
        if (rest.length > LINE_BYTES || !(await more())) return undefined;
      }
    },
    take: async function* take(bytes) {
      for (let left = bytes; left > 0;) {
        if (rest.length === 0 && !(await more())) return;
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}
