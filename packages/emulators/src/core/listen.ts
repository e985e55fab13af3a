import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { ADMIN_PREFIX, answerAdmin, type AdminSubject } from "./admin.ts";
import { chunksOf } from "./body.ts";
import type { Answer, Exchange, Protocol } from "./exchange.ts";
import { answerWithFaults, type Ending, type Outcome } from "./fault-effects.ts";
import { httpDate } from "./http-date.ts";
import { createExchange } from "./request.ts";

export interface ListenOptions extends AdminSubject {
  readonly protocol: Protocol;
  /** 0 takes a free one. */
  readonly port: number;
  /** The address to listen on; 127.0.0.1 unless told otherwise. */
  readonly host?: string | undefined;
  /** The store's clock in Unix milliseconds, which every answer tells as its Date. */
  readonly now: () => number;
}

export interface Listener {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Serves a protocol, with the admin endpoint beside it. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, maxHeaderSize: 64 * 1024 });
  server.on("request", (message, response) => void serve(message, response, options));
  // The client is told to go on only when somebody reads: a refused upload then costs no body.
  server.on("checkContinue", (message, response) => void serve(message, response, options));
  const host = options.host ?? "127.0.0.1";
  server.listen({ port: options.port, host, backlog: 4096 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a numeric address");
  return { url: `http://${host}:${address.port}`, port: address.port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serve(message: IncomingMessage, response: ServerResponse, options: ListenOptions): Promise<void> {
  const expects = message.headers.expect !== undefined;
  let bodyAsked = false;
  const exchange = createExchange(message, () => {
    if (expects && !bodyAsked) response.writeContinue();
    bodyAsked = true;
  });
  const answerWith = (answer: Answer, ending: Ending): Promise<void> => {
    const head = ["date", httpDate(options.now())];
    // A client that still waits for "100 Continue" may send its body or not: the connection cannot be used again.
    if (expects && !bodyAsked) head.push("connection", "close");
    return send(response, answer, ending, head);
  };
  try {
    const outcome = isAdmin(exchange) ? await admin(exchange, options) : await operate(exchange, options);
    if (outcome.action === "reset") message.socket.destroy();
    if (outcome.action !== "answer") return;
    await answerWith(outcome.answer, outcome.ending);
  } catch (error) {
    if (message.destroyed || response.headersSent) response.destroy();
    else await answerWith(options.protocol.refusal(exchange, defect(error)), "whole");
  }
}

/** Unsigned requests only: an object's key may begin with the admin prefix too. */
function isAdmin(exchange: Exchange): boolean {
  if (!exchange.rawPath.startsWith(ADMIN_PREFIX)) return false;
  return exchange.headers["authorization"] === undefined && !exchange.rawQuery.includes("Signature");
}

async function admin(exchange: Exchange, options: ListenOptions): Promise<Outcome> {
  return { action: "answer", answer: await answerAdmin(exchange, options), ending: "whole" };
}

async function operate(exchange: Exchange, options: ListenOptions): Promise<Outcome> {
  const { protocol, requests, faults } = options;
  const asked = protocol.read(exchange);
  const { operation, key } = asked;
  const rules = faults.current.strike({ operation, key, accessKeyId: () => accessKeyOf(exchange) });
  const outcome: Outcome =
    rules.length === 0
      ? { action: "answer", answer: await asked.answer(exchange), ending: "whole" }
      : await answerWithFaults(protocol, asked, exchange, rules);
  requests.add(operation, {
    refused: outcome.action !== "answer" || outcome.answer.status >= 400,
    bytesReceived: Number(exchange.headers["content-length"] ?? 0),
    bytesSent: outcome.action === "answer" ? bodyBytes(exchange, outcome.answer) : 0,
  });
  return outcome;
}

/** Of a signature in the header, in either store's words. */
function accessKeyOf({ headers }: Exchange): string | undefined {
  return /^OSS ([^:]+):|\bCredential=([^/]+)\//u
    .exec(headers["authorization"] ?? "")
    ?.slice(1)
    .find(Boolean);
}

function bodyBytes(exchange: Exchange, answer: Answer): number {
  if (exchange.method === "HEAD") return 0;
  return Buffer.isBuffer(answer.body) ? answer.body.length : Number(answer.headers["content-length"] ?? 0);
}

/** `head` holds the first headers, names and values in turn, as Node takes them without sorting them out again. */
async function send(response: ServerResponse, answer: Answer, ending: Ending, head: string[]): Promise<void> {
  const { body, headers, status } = answer;
  for (const name in headers) head.push(name, headers[name] ?? "");
  if (Buffer.isBuffer(body)) {
    const bodiless = status === 204 || status === 304 || headers["content-length"] !== undefined;
    if (!bodiless) head.push("content-length", String(body.length));
    response.writeHead(status, head);
    response.end(body.length === 0 ? undefined : body);
    return;
  }
  response.writeHead(status, head);
  for await (const chunk of chunksOf(body)) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  if (ending === "whole") response.end();
  else if (ending === "cut") cutAfterFlush(response);
  else response.flushHeaders();
}

/** The bytes already written are meant to arrive before the connection breaks; Node hands them over a tick later. */
function cutAfterFlush(response: ServerResponse): void {
  response.flushHeaders();
  setImmediate(() => response.socket?.destroySoon());
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

function defect(error: unknown): { status: number; code: string; delayMs: undefined } {
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), "EmulatorDefect");
  return { status: 500, code: "InternalError", delayMs: undefined };
}
