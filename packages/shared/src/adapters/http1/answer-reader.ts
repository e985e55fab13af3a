import { lendBody } from "./body-pool.ts";
import { joinChunked, type KnownLines, noLines, parseResponseHead, type ResponseHead } from "./head.ts";
import { fieldOf } from "./header-fields.ts";

/** An answer with its whole body. */
export interface WholeAnswer extends ResponseHead {
  readonly body: Buffer;
  /** What Content-Length said of the body that should come; undefined: nothing. The other side may have closed before. */
  readonly announcedBytes: number | undefined;
  /** Whether the connection may carry another request. */
  readonly keep: boolean;
}

/** `too-large`: more is announced, or came, than was wanted whole. `garbled`: this is not HTTP/1.1. */
export type Reading = WholeAnswer | "more" | "too-large" | "garbled";

/** What the answer to a request may be. */
export interface Expected {
  readonly method: string;
  /** A success with a larger body is not read. */
  readonly wholeUpToBytes: number;
}

/** Reads the answers of one connection, one after the other, from bytes that are lent for the length of a call. */
export interface AnswerReader {
  begin(expected: Expected): void;
  push(bytes: Buffer): Reading;
  /** The other side has closed: what there is, `more` if that is not even a head. */
  end(): Reading;
}

const LARGEST_HEAD_BYTES = 64 * 1024;
/** No answer that is wanted whole is as large as this. */
const LARGEST_BODY_BYTES = 32 * 1024 ** 2;
/** How every head starts; a server that speaks something else is found out before it is waited for. */
const START = "HTTP/1.";
const HEAD_END = Buffer.from("\r\n\r\n");
const NOTHING = Buffer.alloc(0);

interface State {
  known: KnownLines;
  expected: Expected;
  head: ResponseHead | undefined;
  /** Of the head, or of a body without an announced length: all that came so far. */
  stash: Buffer;
  body: Buffer;
  filledBytes: number;
  announcedBytes: number | undefined;
}

export function createAnswerReader(): AnswerReader {
  const state: State = {
    known: noLines,
    expected: { method: "GET", wholeUpToBytes: 0 },
    head: undefined,
    stash: NOTHING,
    body: NOTHING,
    filledBytes: 0,
    announcedBytes: undefined,
  };
  return {
    begin(expected) {
      state.expected = expected;
      state.head = undefined;
      state.stash = NOTHING;
      state.body = NOTHING;
      state.filledBytes = 0;
      state.announcedBytes = undefined;
    },
    push(bytes) {
      if (state.head === undefined) return readHead(state, bytes);
      return state.announcedBytes === undefined
        ? readOpenBody(state, state.head, bytes)
        : readBody(state, state.head, bytes);
    },
    end() {
      const { head, announcedBytes, body, stash, filledBytes } = state;
      if (head === undefined) return "more";
      if (announcedBytes !== undefined) return answer(state, head, body.subarray(0, filledBytes), "close");
      return fieldOf(head.headers, "transfer-encoding") === undefined ? answer(state, head, stash, "close") : "more";
    },
  };
}

function answer(
  { announcedBytes }: State,
  { status, headers }: ResponseHead,
  body: Buffer,
  then: "keep" | "close",
): WholeAnswer {
  const keep = then === "keep" && fieldOf(headers, "connection")?.toLowerCase() !== "close";
  return { status, headers, body, announcedBytes, keep };
}

function readHead(state: State, bytes: Buffer): Reading {
  const { stash } = state;
  // As a rule the whole head comes in one piece, and is read where it lies.
  const seen = stash.length === 0 ? bytes : Buffer.concat([stash, bytes]);
  const end = seen.indexOf(HEAD_END, Math.max(0, stash.length - 3));
  if (end < 0) {
    state.stash = Buffer.from(seen);
    const isHttp = START.startsWith(seen.toString("latin1", 0, START.length));
    return isHttp && seen.length <= LARGEST_HEAD_BYTES ? "more" : "garbled";
  }
  const read = parseResponseHead(seen.toString("latin1", 0, end + 2), state.known);
  if (read === undefined) return "garbled";
  const { head } = read;
  state.known = read.known;
  state.stash = NOTHING;
  const rest = seen.subarray(end + 4);
  // An interim answer: the one that counts comes behind it.
  if (head.status < 200) return rest.length === 0 ? "more" : readHead(state, rest);
  state.head = head;
  return beginBody(state, head, rest);
}

function beginBody(state: State, head: ResponseHead, rest: Buffer): Reading {
  const { expected } = state;
  const { status, headers } = head;
  const isBare = expected.method === "HEAD" || status === 204 || status === 304;
  if (isBare) return answer(state, head, NOTHING, rest.length === 0 ? "keep" : "close");
  const length = fieldOf(headers, "content-length");
  if (fieldOf(headers, "transfer-encoding") !== undefined || length === undefined)
    return readOpenBody(state, head, rest);
  const announcedBytes = Number(length);
  if (!Number.isSafeInteger(announcedBytes) || announcedBytes < 0) return "garbled";
  const mostBytes = status < 300 ? Math.min(expected.wholeUpToBytes, LARGEST_BODY_BYTES) : LARGEST_BODY_BYTES;
  if (announcedBytes > mostBytes) return "too-large";
  state.announcedBytes = announcedBytes;
  state.body = announcedBytes === 0 ? NOTHING : lendBody(announcedBytes);
  return readBody(state, head, rest);
}

function readBody(state: State, head: ResponseHead, bytes: Buffer): Reading {
  const { body, filledBytes } = state;
  state.filledBytes += bytes.copy(body, filledBytes);
  if (state.filledBytes < body.length) return "more";
  // What is more than was announced belongs to nothing: the connection is out of step.
  const isSurplus = bytes.length > body.length - filledBytes;
  return answer(state, head, body, isSurplus ? "close" : "keep");
}

/** A chunked body, or one that ends with its connection. */
function readOpenBody(state: State, head: ResponseHead, bytes: Buffer): Reading {
  state.stash = state.stash.length === 0 ? Buffer.from(bytes) : Buffer.concat([state.stash, bytes]);
  const { stash } = state;
  if (stash.length > LARGEST_BODY_BYTES) return "too-large";
  const coding = fieldOf(head.headers, "transfer-encoding");
  if (coding === undefined) return "more";
  const joined = coding.toLowerCase() === "chunked" ? joinChunked(stash) : "garbled";
  if (joined === undefined || joined === "garbled") return joined ?? "more";
  return answer(state, head, joined.body, joined.endAt === stash.length ? "keep" : "close");
}
