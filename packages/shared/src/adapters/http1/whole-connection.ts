import type { Socket } from "node:net";

import { createAnswerReader, type Expected, type WholeAnswer } from "./answer-reader.ts";
import { formatRequestHead, type RequestHead } from "./head.ts";

export interface WholeRequest extends Expected, RequestHead {
  readonly body: Uint8Array | undefined;
  /** How long the answer's head may take to come. */
  readonly headMs: number;
}

/** What came of a request. `stale`: the other side had closed the kept connection before it could have heard it. */
export type Outcome =
  | { readonly came: "answer"; readonly answer: WholeAnswer }
  | { readonly came: "too-large" }
  | { readonly came: "error" | "stale"; readonly error: Error };

/** One socket that carries one request at a time. */
export interface WholeConnection {
  /** Whether it may carry a request now. */
  isFree(): boolean;
  /** Sends a request; its outcome is told once. */
  carry(request: WholeRequest): void;
  /** Takes bytes off the socket, valid during the call. */
  push(bytes: Buffer): void;
  /** Ends what is late, and what has rested too long. */
  checkTime(nowMs: number): void;
  /** Nothing more is told. */
  destroy(): void;
}

export interface ConnectionRules {
  /** Between two pieces of an answer's body. */
  readonly idleMs: number;
  /** An unused connection older than this is given up: servers close theirs about then. */
  readonly keepMs: number;
}

export interface ConnectionEvents {
  /** The present request's outcome; the connection may carry another one if it is `free`. */
  readonly onOutcome: (outcome: Outcome, state: "free" | "gone") => void;
  /** The connection is gone, whatever it did. */
  readonly onClose: () => void;
}

/** Up to here a body is copied behind its head: one write of one buffer costs less than one of two. */
const JOINED_BYTES = 64 * 1024;
/** Room for a head of the usual size. */
const HEAD_BYTES = 4 * 1024;

/**
 * Where head and body are joined, for all connections: as a rule the kernel takes all at once and the buffer is free again.
 * Where it does not, the socket keeps the buffer and the next request gets another.
 */
let joining: Buffer | undefined;

interface Writer {
  readonly socket: Socket;
  /** Whether it kept the last buffer, as one of TLS always does: it gets none that is larger than what it writes. */
  keepsBuffers: boolean;
}

export function createWholeConnection(
  socket: Socket,
  { idleMs, keepMs }: ConnectionRules,
  { onOutcome, onClose }: ConnectionEvents,
): WholeConnection {
  const reader = createAnswerReader();
  const writer: Writer = { socket, keepsBuffers: false };
  let state: "resting" | "asked" | "answering" | "gone" = "resting";
  let isUsed = false;
  let deadlineMs = performance.now() + keepMs;
  let failure: Error | undefined;

  const giveUp = (): void => {
    state = "gone";
    socket.destroy();
  };
  const finish = (outcome: Outcome, keeps: boolean): void => {
    isUsed = true;
    // What is still to be written belongs to a request that was answered early.
    const isFree = keeps && socket.writableLength === 0 && state !== "gone";
    state = isFree ? "resting" : "gone";
    if (isFree) deadlineMs = performance.now() + keepMs;
    else socket.destroy();
    onOutcome(outcome, isFree ? "free" : "gone");
  };
  const fail = (error: Error, came: "error" | "stale"): void => finish({ came, error }, false);

  socket.on("error", (error) => void (failure = error));
  socket.once("close", () => {
    const was = state;
    const ending = was === "answering" ? reader.end() : "more";
    if (typeof ending === "object") finish({ came: "answer", answer: ending }, false);
    else if (was === "asked" || was === "answering")
      fail(failure ?? closedEarly(), isUsed && was === "asked" ? "stale" : "error");
    state = "gone";
    onClose();
  });

  return {
    isFree: () => state === "resting" && !socket.destroyed,
    carry(request) {
      reader.begin(request);
      state = "asked";
      deadlineMs = performance.now() + request.headMs;
      const refused = unwritten(writer, request);
      if (refused !== undefined) fail(refused, "error");
    },
    push(bytes) {
      // Nobody asked: whatever this is, it is not the answer to the next request.
      if (state === "resting") giveUp();
      if (state === "gone") return;
      state = "answering";
      const reading = reader.push(bytes);
      if (reading === "more") deadlineMs = performance.now() + idleMs;
      else finish(outcomeOf(reading), typeof reading === "object" && reading.keep);
    },
    checkTime(nowMs) {
      if (nowMs < deadlineMs || state === "gone") return;
      if (state === "resting") giveUp();
      else fail(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }), "error");
    },
    destroy: giveUp,
  };
}

function outcomeOf(reading: WholeAnswer | "too-large" | "garbled"): Outcome {
  if (reading === "too-large") return { came: "too-large" };
  if (reading === "garbled") return { came: "error", error: protocolError("the answer is not HTTP/1.1") };
  return { came: "answer", answer: reading };
}

/** Writes a request; answers why it cannot be written. */
function unwritten(writer: Writer, request: WholeRequest): Error | undefined {
  try {
    write(writer, request);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function write(writer: Writer, request: WholeRequest): void {
  const { socket } = writer;
  const { method, body } = request;
  if (body === undefined) {
    const sizeBytes = method === "PUT" || method === "POST" ? 0 : undefined;
    socket.write(formatRequestHead(request, sizeBytes), "latin1");
    return;
  }
  const head = formatRequestHead(request, body.length);
  if (body.length <= JOINED_BYTES) {
    const sizeBytes = head.length + body.length;
    const joined = writer.keepsBuffers ? Buffer.allocUnsafe(sizeBytes) : joiningBuffer(sizeBytes);
    joined.write(head, "latin1");
    joined.set(body, head.length);
    socket.write(joined.subarray(0, sizeBytes));
    writer.keepsBuffers = socket.writableLength > 0;
    if (writer.keepsBuffers && joined === joining) joining = undefined;
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}

function joiningBuffer(sizeBytes: number): Buffer {
  if (joining === undefined || joining.length < sizeBytes) {
    joining = Buffer.allocUnsafeSlow(Math.max(sizeBytes, JOINED_BYTES + HEAD_BYTES));
  }
  return joining;
}

function closedEarly(): Error {
  return Object.assign(new Error("closed before an answer"), { code: "ECONNRESET" });
}

/** The other side does not speak HTTP/1.1 as this lane understands it. */
function protocolError(message: string): Error {
  return Object.assign(new Error(message), { code: "LANE_PROTOCOL" });
}
