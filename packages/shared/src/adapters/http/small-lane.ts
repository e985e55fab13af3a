import type { OnReadOpts, Socket } from "node:net";

import type { WholeAnswer } from "../http1/answer-reader.ts";
import { openSocket } from "../http1/socket.ts";
import { createWholeLane } from "../http1/whole-lane.ts";
import type { Addresses } from "./addresses.ts";
import { type Endpoint, KEEP_MS, originAt } from "./endpoint.ts";
import type { HttpAnswer, HttpRequest } from "./http.ts";
import { type Side, networkFault, truncated } from "./network-fault.ts";
import type { Waits } from "./waits.ts";

interface SmallLaneOptions {
  readonly side: Side;
  readonly endpoint: Endpoint;
  readonly addresses: Addresses;
  readonly connections: number;
  readonly waits: Waits;
}

/** Requests and answers that fit into memory: see `http1/whole-lane.ts`. */
export interface SmallLane {
  /** Where the answer is one of those that come in chunks it is not taken: `onTooLarge` gets another. No body of chunks. */
  send(request: HttpRequest, signal: AbortSignal, onTooLarge: () => Promise<HttpAnswer>): Promise<HttpAnswer>;
  close(): void;
}

export function createSmallLane(options: SmallLaneOptions): SmallLane {
  const { side, connections, waits } = options;
  const open = (onread: OnReadOpts) => openAnywhere(options, onread);
  const lane = createWholeLane({ open, connections, idleMs: waits.idleMs, keepMs: KEEP_MS });
  return {
    send: ({ method, path, headers, body, wholeUpToBytes, headMs = waits.headMs }, signal, onTooLarge) => {
      const bytes = body !== undefined && "bytes" in body ? body.bytes : undefined;
      const bodyMs = bytes === undefined ? 0 : (bytes.length / waits.floorBytesPerSecond) * 1000;
      const request = { method, path, headers, body: bytes, wholeUpToBytes, headMs: headMs + bodyMs };
      return lane.send(request, signal).then(
        (answer) => (answer === "too-large" ? onTooLarge() : complete(side, answer)),
        (error: unknown) => {
          signal.throwIfAborted();
          throw networkFault(side, error);
        },
      );
    },
    close: () => lane.close(),
  };
}

function complete(side: Side, answer: WholeAnswer): HttpAnswer {
  const { announcedBytes, body } = answer;
  if (announcedBytes === undefined || body.length === announcedBytes) return answer;
  throw truncated(side, body.length, announcedBytes);
}

/** Tries the endpoint's addresses one after the other. */
async function openAnywhere({ endpoint, addresses, waits }: SmallLaneOptions, onread: OnReadOpts): Promise<Socket> {
  let failure: unknown = new Error("no address");
  for (const address of await addresses.find()) {
    try {
      return await openSocket(originAt(endpoint, address), { onread, connectMs: waits.connectMs });
    } catch (error) {
      failure = error;
      addresses.shun(address);
    }
  }
  throw failure;
}
