import type { Dispatcher } from "undici";

import { createBodyQueue, type BodyQueue } from "./body-queue.ts";
import { fieldOf, fieldsOfRecord, type HeaderFields } from "../http1/header-fields.ts";
import type { HttpAnswer, HttpRequest } from "./http.ts";
import { type Side, networkFault, truncated } from "./network-fault.ts";

interface Receiver {
  readonly side: Side;
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
  readonly resolve: (answer: HttpAnswer) => void;
  /** Gets a fault or the signal's reason. */
  readonly reject: (reason: unknown) => void;
}

/** No answer that is wanted whole is as large as this. */
const WHOLE_LIMIT_BYTES = 32 * 1024 ** 2;

/**
 * Takes an answer from undici. A small one is handed over once, whole, without a stream in between: that is half of the
 * CPU of a request. A large one is handed over at its head, and its body flows through a bounded queue.
 */
export function receiveAnswer(receiver: Receiver): Dispatcher.DispatchHandler {
  const { side, request, signal, resolve, reject } = receiver;
  const pieces: Buffer[] = [];
  let head: Head | undefined;
  let queue: BodyQueue | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  let cameBytes = 0;

  const drop = () => controller?.abort(new Error("nobody wants the rest of this answer"));
  const life = createLife(signal, (reason) => (queue === undefined ? reject(reason) : queue.fail(reason)), drop);
  const stream = (given: Dispatcher.DispatchController) =>
    createBodyQueue({ pause: () => given.pause(), resume: () => given.resume(), leave: life.leave });

  return {
    onRequestStart: (given) => {
      controller = given;
      if (life.isOver()) drop();
    },
    onResponseStart: (given, status, record) => {
      if (status < 200) return;
      const headers = fieldsOfRecord(record);
      const announcedBytes = request.method === "HEAD" ? undefined : lengthOf(headers);
      head = { status, headers, announcedBytes };
      if (status >= 300 || announcedBytes === undefined || announcedBytes <= request.wholeUpToBytes) return;
      queue = stream(given);
      resolve({ status, headers, body: queue.chunks });
    },
    onResponseData: (_, chunk) => {
      cameBytes += chunk.length;
      if (queue !== undefined) queue.push(chunk);
      else if (cameBytes <= WHOLE_LIMIT_BYTES) pieces.push(chunk);
      else life.fail(truncated(side, cameBytes, WHOLE_LIMIT_BYTES));
    },
    onResponseEnd: () => {
      const announcedBytes = head?.announcedBytes ?? cameBytes;
      if (cameBytes !== announcedBytes) life.fail(truncated(side, cameBytes, announcedBytes));
      if (head === undefined || !life.finish()) return;
      if (queue !== undefined) queue.end();
      else resolve({ status: head.status, headers: head.headers, body: joined(pieces) });
    },
    onResponseError: (_, error) => {
      const isCut = head?.announcedBytes !== undefined && !isTimeout(error);
      life.fail(isCut ? truncated(side, cameBytes, head?.announcedBytes ?? 0) : networkFault(side, error));
    },
  };
}

interface Head {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Undefined where the answer does not say how long it is, or has no body. */
  readonly announcedBytes: number | undefined;
}

/** Ends an answer once: by its end, a failure, the signal, or a reader that leaves. */
function createLife(signal: AbortSignal, onFail: (reason: unknown) => void, drop: () => void) {
  let over = false;
  const finish = (): boolean => {
    if (over) return false;
    over = true;
    signal.removeEventListener("abort", abort);
    return true;
  };
  const fail = (reason: unknown): void => {
    if (!finish()) return;
    onFail(reason);
    drop();
  };
  const leave = (): void => {
    if (finish()) drop();
  };
  function abort(): void {
    fail(signal.reason);
  }
  signal.addEventListener("abort", abort, { once: true });
  return { isOver: () => over, finish, fail, leave };
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}

function lengthOf(headers: HeaderFields): number | undefined {
  const text = fieldOf(headers, "content-length");
  return text === undefined ? undefined : Number(text);
}

function isTimeout(error: Error): boolean {
  return "code" in error && error.code === "UND_ERR_BODY_TIMEOUT";
}
