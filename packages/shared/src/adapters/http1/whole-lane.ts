import type { OnReadOpts, Socket } from "node:net";

import { createSignalWatch, type SignalWatch } from "../../domain/signal-watch.ts";
import type { WholeAnswer } from "./answer-reader.ts";
import {
  type ConnectionRules,
  createWholeConnection,
  type Outcome,
  type WholeConnection,
  type WholeRequest,
} from "./whole-connection.ts";

/**
 * The lane of small messages: HTTP/1.1 where a request is one write and an answer is, as a rule, one read; no streams, no
 * pipelining. What it saves beside undici is in docs/performance.md.
 */
export interface WholeLane {
  /**
   * `too-large`: more came, or was announced, than was wanted whole, and was not read. Rejects with the socket's error,
   * `ETIMEDOUT`, an error with the code `LANE_PROTOCOL`, or the signal's reason. GET and HEAD are sent again where a kept
   * connection turns out to be closed.
   */
  send(request: WholeRequest, signal: AbortSignal): Promise<WholeAnswer | "too-large">;
  close(): void;
}

export interface WholeLaneOptions extends ConnectionRules {
  /** Opens a socket with these `onread` options. */
  readonly open: (onread: OnReadOpts) => Promise<Socket>;
  readonly connections: number;
}

interface Exchange {
  readonly request: WholeRequest;
  readonly signal: AbortSignal;
  readonly resolve: (answer: WholeAnswer | "too-large") => void;
  readonly reject: (reason: unknown) => void;
  link: Link | undefined;
  isSettled: boolean;
}

/** A connection and what it carries. */
interface Link {
  readonly connection: WholeConnection;
  exchange: Exchange | undefined;
}

interface Pool {
  readonly options: WholeLaneOptions;
  /** What the kernel has is read and used within one callback, so one buffer serves all connections. */
  readonly buffer: Buffer;
  readonly links: Set<Link>;
  /** The one that rested last is used first: the others grow old and are closed. */
  readonly resting: Link[];
  readonly waiting: Exchange[];
  readonly watch: SignalWatch<Exchange>;
  opening: number;
  sweeper: NodeJS.Timeout | undefined;
}

const READ_BYTES = 64 * 1024;
const SWEEP_MS = 100;

export function createWholeLane(options: WholeLaneOptions): WholeLane {
  const watch = createSignalWatch<Exchange>((exchange, reason) => {
    if (!settle(watch, exchange)) return;
    exchange.link?.connection.destroy();
    exchange.reject(reason);
  });
  const pool: Pool = {
    options,
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    links: new Set(),
    resting: [],
    waiting: [],
    watch,
    opening: 0,
    sweeper: undefined,
  };
  return {
    send: (request, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const exchange: Exchange = { request, signal, resolve, reject, link: undefined, isSettled: false };
        watch.add(signal, exchange);
        start(pool, exchange);
      }),
    close() {
      for (const { connection } of pool.links) connection.destroy();
    },
  };
}

function settle(watch: SignalWatch<Exchange>, exchange: Exchange): boolean {
  if (exchange.isSettled) return false;
  exchange.isSettled = true;
  watch.remove(exchange.signal, exchange);
  return true;
}

function start(pool: Pool, exchange: Exchange): void {
  let link = pool.resting.pop();
  while (link?.connection.isFree() === false) link = pool.resting.pop();
  if (link !== undefined) carry(link, exchange);
  else if (pool.links.size + pool.opening < pool.options.connections) void openFor(pool, exchange);
  else pool.waiting.push(exchange);
}

function carry(link: Link, exchange: Exchange): void {
  link.exchange = exchange;
  exchange.link = link;
  link.connection.carry(exchange.request);
}

/** The next request that nobody has given up meanwhile. */
function nextWaiting({ waiting }: Pool): Exchange | undefined {
  let next = waiting.shift();
  while (next?.isSettled === true) next = waiting.shift();
  return next;
}

/** A connection is free: the next one takes it, or it rests. */
function free(pool: Pool, link: Link): void {
  const next = nextWaiting(pool);
  if (next === undefined) pool.resting.push(link);
  else carry(link, next);
}

/** A place for a connection is free. */
function startNext(pool: Pool): void {
  const next = nextWaiting(pool);
  if (next !== undefined) start(pool, next);
}

async function openFor(pool: Pool, exchange: Exchange): Promise<void> {
  const { options, buffer } = pool;
  let link: Link | undefined;
  const callback = (count: number): boolean => {
    link?.connection.push(buffer.subarray(0, count));
    return true;
  };
  pool.opening += 1;
  try {
    const socket = await options.open({ buffer, callback });
    link = linkOver(pool, socket);
  } catch (error) {
    if (settle(pool.watch, exchange)) exchange.reject(error);
  } finally {
    pool.opening -= 1;
  }
  if (link === undefined) startNext(pool);
  else if (exchange.isSettled) free(pool, link);
  else carry(link, exchange);
}

function linkOver(pool: Pool, socket: Socket): Link {
  const connection = createWholeConnection(socket, pool.options, {
    onOutcome(outcome, state) {
      const { exchange } = link;
      link.exchange = undefined;
      if (exchange !== undefined) conclude(pool, exchange, outcome);
      if (state === "free") free(pool, link);
    },
    onClose() {
      pool.links.delete(link);
      startNext(pool);
    },
  });
  const link: Link = { connection, exchange: undefined };
  pool.links.add(link);
  pool.sweeper ??= setInterval(sweep, SWEEP_MS, pool).unref();
  return link;
}

function conclude(pool: Pool, exchange: Exchange, outcome: Outcome): void {
  exchange.link = undefined;
  if (exchange.isSettled) return;
  const { method } = exchange.request;
  if (outcome.came === "stale" && (method === "GET" || method === "HEAD")) {
    start(pool, exchange);
    return;
  }
  settle(pool.watch, exchange);
  if (outcome.came === "answer") exchange.resolve(outcome.answer);
  else if (outcome.came === "too-large") exchange.resolve("too-large");
  else exchange.reject(outcome.error);
}

function sweep(pool: Pool): void {
  const nowMs = performance.now();
  for (const { connection } of pool.links) connection.checkTime(nowMs);
  if (pool.links.size > 0) return;
  clearInterval(pool.sweeper);
  pool.sweeper = undefined;
}
