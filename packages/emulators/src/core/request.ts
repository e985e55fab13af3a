import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { joined, type Body } from "./body.ts";
import type { Exchange } from "./exchange.ts";

/** A body of up to this size is gathered from its events, which costs a third of an asynchronous iterator. */
const GATHERED_BYTES = 1024 * 1024;
const NO_QUERY: ReadonlyMap<string, string> = new Map();
const NOTHING = Buffer.alloc(0);
const idPrefix = randomBytes(6).toString("hex").toUpperCase();
let idNumber = 0;

/** Reads the head of a request; `onBody` is called once, when the body is first asked for. */
export function createExchange(message: IncomingMessage, onBody: () => void): Exchange {
  const target = message.url ?? "/";
  const mark = target.indexOf("?");
  const rawQuery = mark < 0 ? "" : target.slice(mark + 1);
  idNumber += 1;
  return {
    method: message.method ?? "GET",
    rawPath: mark < 0 ? target : target.slice(0, mark),
    rawQuery,
    query: rawQuery === "" ? NO_QUERY : parseQuery(rawQuery),
    // Only set-cookie is ever a list, and no request carries it.
    headers: message.headers as Exchange["headers"],
    body: bodyOfMessage(message, onBody),
    requestId: idPrefix + String(idNumber).padStart(12, "0"),
    message,
  };
}

function parseQuery(rawQuery: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of rawQuery.split("&")) {
    const equals = pair.indexOf("=");
    if (pair === "") continue;
    query.set(decode(equals < 0 ? pair : pair.slice(0, equals)), equals < 0 ? "" : decode(pair.slice(equals + 1)));
  }
  return query;
}

/** A `+` means a space in a query. What cannot be decoded stays as it came. */
function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function bodyOfMessage(message: IncomingMessage, onBody: () => void): Body {
  const announced = message.headers["content-length"];
  const sizeBytes = announced === undefined ? chunkedOrNone(message) : Number(announced);
  if (sizeBytes > GATHERED_BYTES) return chunksOfMessage(message, onBody);
  return {
    whole: async () => {
      onBody();
      return sizeBytes === 0 ? NOTHING : gathered(message, sizeBytes);
    },
  };
}

/** The length of a body that announces none. */
function chunkedOrNone({ headers }: IncomingMessage): number {
  return headers["transfer-encoding"] === undefined ? 0 : Number.POSITIVE_INFINITY;
}

async function* chunksOfMessage(message: IncomingMessage, onBody: () => void): AsyncGenerator<Buffer> {
  onBody();
  yield* message as AsyncIterable<Buffer>;
}

async function gathered(message: IncomingMessage, sizeBytes: number): Promise<Buffer> {
  // A body that came together with its head is there once Node has parsed the rest of what it read.
  await Promise.resolve();
  if (message.readableLength === sizeBytes) return joined(buffered(message));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const broken = () => {
      if (!message.complete) reject(new Error("the client closed the connection in the middle of its body"));
    };
    if (message.destroyed) broken();
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => resolve(joined(chunks)));
    message.on("error", reject);
    message.on("close", broken);
  });
}

/** All that a message holds: each call of `read` may give one piece of it only. */
function buffered(message: IncomingMessage): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = message.read() as Buffer | null;
    if (piece === null) return pieces;
    pieces.push(piece);
  }
}
