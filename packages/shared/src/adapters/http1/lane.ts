import type { Chunks } from "../../ports/object-source.ts";
import { openConnection, type Connection } from "./connection.ts";
import { formatRequestHead, joinChunked, parseResponseHead, type ResponseHead } from "./head.ts";
import { fieldOf } from "./header-fields.ts";
import { leavable } from "./leavable.ts";
import type { Origin } from "./socket.ts";

export interface LaneRequest {
  readonly method: "GET" | "PUT";
  /** The request target as it is signed. */
  readonly path: string;
  /** Host and, for a body, Content-Length among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Chunks | undefined;
}

export interface LaneAnswer extends ResponseHead {
  readonly sizeBytes: number;
  /** Must be read to its end or left by `return()`; the connection is free, or closed, after that. */
  readonly chunks: Chunks;
}

/**
 * The lane of large bodies: HTTP/1.1 over sockets of its own, bytes read into reused buffers and written on, no streams.
 * Measured at a third of the CPU that piping streams costs (docs/performance.md). It speaks only what S3 and OSS
 * answer to a GET or PUT of an object: a body has a Content-Length; a chunked one is taken only from a refusal.
 */
export interface Lane {
  /** Rejects with the socket's error, a `LaneError`, what `body` throws, or the signal's reason. */
  send(request: LaneRequest, options: { readonly signal: AbortSignal }): Promise<LaneAnswer>;
  close(): void;
}

export interface LaneOptions {
  readonly origin: () => Origin;
  /** Size of a connection's read buffer: its memory. */
  readonly bufferBytes: number;
  readonly connectMs: number;
  /** A connection that moves no byte for so long is broken. */
  readonly idleMs: number;
  /** An unused connection older than this is not used again: servers close theirs about then. */
  readonly keepMs: number;
}

export function createLane(options: LaneOptions): Lane {
  const idle: { connection: Connection; sinceMs: number }[] = [];

  async function lend(): Promise<{ connection: Connection; reused: boolean }> {
    for (let kept = idle.pop(); kept !== undefined; kept = idle.pop()) {
      if (!kept.connection.hasInput() && performance.now() - kept.sinceMs < options.keepMs)
        return { connection: kept.connection, reused: true };
      kept.connection.destroy();
    }
    return { connection: await openConnection(options.origin(), options), reused: false };
  }

  async function send(request: LaneRequest, { signal }: { signal: AbortSignal }): Promise<LaneAnswer> {
    signal.throwIfAborted();
    const { connection, reused } = await lend();
    const abort = () => connection.destroy();
    signal.addEventListener("abort", abort, { once: true });
    const release = (whole: boolean) => {
      signal.removeEventListener("abort", abort);
      if (!whole || signal.aborted) return connection.destroy();
      connection.park();
      idle.push({ connection, sinceMs: performance.now() });
    };
    try {
      signal.throwIfAborted();
      const head = formatRequestHead(request);
      await connection.write(Buffer.from(head, "latin1"));
      const sentWhole = request.body === undefined || (await sendBody(connection, request.body));
      const answer = await receive(connection, (whole) => release(whole && sentWhole));
      return { ...answer, chunks: leavable(stoppable(answer.chunks, signal), () => release(false)) };
    } catch (error) {
      release(false);
      signal.throwIfAborted();
      // The server may close a kept connection in the very moment it is used again; without a body nothing is lost by asking anew.
      if (reused && request.body === undefined) return send(request, { signal });
      throw error;
    }
  }

  return {
    send,
    close: () => {
      for (const { connection } of idle.splice(0)) connection.destroy();
    },
  };
}

/** Answers whether the whole body went out: a server that refuses early answers before it has all. */
async function sendBody(connection: Connection, body: Chunks): Promise<boolean> {
  for await (const chunk of body) {
    if (connection.hasInput()) return false;
    try {
      await connection.write(chunk);
    } catch (error) {
      // A server that refuses and closes at once breaks the write, and its answer says why.
      if (!connection.hasInput()) throw error;
      return false;
    }
  }
  return true;
}

/** The other side does not speak the HTTP that this lane understands. */
function laneError(message: string): Error {
  return Object.assign(new Error(message), { code: "LANE_PROTOCOL" });
}

const largestHeadBytes = 64 * 1024;
const largestRefusalBytes = 256 * 1024;

async function receive(connection: Connection, release: (whole: boolean) => void): Promise<LaneAnswer> {
  for (;;) {
    const head = await readHead(connection);
    if (head.status === 100) continue;
    const keep = fieldOf(head.headers, "connection")?.toLowerCase() !== "close";
    const length = fieldOf(head.headers, "content-length");
    if (length === undefined) {
      const body = head.status === 204 ? Buffer.alloc(0) : await readRefusal(connection, head);
      release(false);
      return { ...head, sizeBytes: body.length, chunks: once(body) };
    }
    const sizeBytes = Number(length);
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw laneError(`Content-Length is ${length}`);
    return { ...head, sizeBytes, chunks: bodyOf(connection, sizeBytes, (whole) => release(whole && keep)) };
  }
}

async function readHead(connection: Connection): Promise<ResponseHead> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const bytes = await connection.read();
    if (bytes === undefined) throw Object.assign(new Error("closed before an answer"), { code: "ECONNRESET" });
    const before = seen.length;
    seen = Buffer.concat([seen, bytes]);
    const end = seen.indexOf("\r\n\r\n", Math.max(0, before - 3));
    if (end >= 0) {
      const head = parseResponseHead(seen.toString("latin1", 0, end + 2))?.head;
      if (head === undefined) throw laneError("the answer is not HTTP/1.1");
      connection.unread(bytes.subarray(end + 4 - before));
      return head;
    }
    if (seen.length > largestHeadBytes) throw laneError(`the answer's head is longer than ${largestHeadBytes} bytes`);
  }
}

async function readRefusal(connection: Connection, head: ResponseHead): Promise<Buffer> {
  if (fieldOf(head.headers, "transfer-encoding")?.toLowerCase() !== "chunked" || head.status < 300)
    throw laneError(`status ${head.status} without Content-Length`);
  let raw = Buffer.alloc(0);
  while (raw.length < largestRefusalBytes) {
    const bytes = await connection.read();
    if (bytes === undefined) break;
    raw = Buffer.concat([raw, bytes]);
    const joined = joinChunked(raw);
    if (joined === "garbled") break;
    if (joined !== undefined) return joined.body;
  }
  throw laneError("a chunked refusal ended before its last chunk");
}

async function* bodyOf(connection: Connection, sizeBytes: number, release: (whole: boolean) => void): Chunks {
  let left = sizeBytes;
  try {
    while (left > 0) {
      const bytes = await connection.read();
      if (bytes === undefined) return;
      if (bytes.length > left) {
        // More than announced: the connection is out of step, and the caller sees the surplus.
        left = -1;
        yield bytes;
        return;
      }
      left -= bytes.length;
      yield bytes;
    }
  } finally {
    release(left === 0);
  }
}

/** A destroyed socket just ends: the signal's reason says why. */
async function* stoppable(chunks: Chunks, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
  signal.throwIfAborted();
}

async function* once(body: Buffer): Chunks {
  if (body.length > 0) yield body;
}
