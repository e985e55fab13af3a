import { createLane, type Lane, type LaneAnswer } from "../http1/lane.ts";
import { leavable } from "../http1/leavable.ts";
import type { Addresses } from "./addresses.ts";
import type { HttpAnswer, HttpRequest, Transport } from "./http.ts";
import { type Endpoint, KEEP_MS, originAt } from "./endpoint.ts";
import { type Side, networkFault, truncated } from "./network-fault.ts";
import { outgoing } from "./request-body.ts";

interface LargeLaneOptions {
  readonly side: Side;
  readonly endpoint: Endpoint;
  readonly addresses: Addresses;
  readonly connectMs: number;
  readonly idleMs: number;
}

const BUFFER_BYTES = 256 * 1024;
const NO_CONNECTION = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

/** GETs and PUTs of large bodies over sockets of their own: see `http1/lane.ts`. One lane for each address. */
export function createLargeLane(options: LargeLaneOptions): Transport {
  const { side, addresses } = options;
  const lanes = new Map<string, Lane>();
  const laneTo = (address: string): Lane => {
    const lane = lanes.get(address) ?? openLane(options, address);
    lanes.set(address, lane);
    return lane;
  };
  return {
    send: async (request, signal) => {
      const { body } = request;
      const flow = body !== undefined && "chunks" in body ? outgoing(body) : undefined;
      let address: string | undefined;
      try {
        [address = ""] = await addresses.find();
        const answer = await laneTo(address).send(
          {
            method: request.method === "PUT" ? "PUT" : "GET",
            path: request.path,
            headers: flow === undefined ? request.headers : withLength(request),
            body: flow?.chunks,
          },
          { signal },
        );
        return await handOver(answer, side, signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = flow?.failure();
        if (failure !== undefined) throw failure.reason;
        if (address !== undefined && isNoConnection(error)) addresses.shun(address);
        throw networkFault(side, error);
      }
    },
    close: async () => {
      for (const lane of lanes.values()) lane.close();
    },
  };
}

function openLane({ endpoint, connectMs, idleMs }: LargeLaneOptions, address: string): Lane {
  const origin = originAt(endpoint, address);
  return createLane({ origin: () => origin, bufferBytes: BUFFER_BYTES, connectMs, idleMs, keepMs: KEEP_MS });
}

function withLength({ headers, body }: HttpRequest): Readonly<Record<string, string>> {
  return { ...headers, "content-length": String(body?.sizeBytes ?? 0) };
}

async function handOver(answer: LaneAnswer, side: Side, signal: AbortSignal): Promise<HttpAnswer> {
  const { status, headers, sizeBytes } = answer;
  const leave = (): void => void answer.chunks[Symbol.asyncIterator]().return?.();
  const chunks = leavable(faulted(answer, side, signal), leave);
  if (status < 300 && sizeBytes > 0) return { status, headers, body: chunks };
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(Uint8Array.from(chunk));
  return { status, headers, body: Buffer.concat(pieces) };
}

async function* faulted(
  { chunks, sizeBytes }: LaneAnswer,
  side: Side,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let cameBytes = 0;
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        signal.throwIfAborted();
        throw networkFault(side, error);
      });
      if (next.done === true) break;
      cameBytes += next.value.length;
      if (cameBytes > sizeBytes) break;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
  if (cameBytes !== sizeBytes) throw truncated(side, cameBytes, sizeBytes);
}

function isNoConnection(error: unknown): boolean {
  return error instanceof Error && "code" in error && NO_CONNECTION.has(String(error.code));
}
