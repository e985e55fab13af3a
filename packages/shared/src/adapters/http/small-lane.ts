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
  /** `too-large`: the answer is one of those that come in chunks, and was not taken. The request has no body of chunks. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | "too-large">;
  close(): void;
}

export function createSmallLane(options: SmallLaneOptions): SmallLane {
  const { side, connections, waits } = options;
  const open = (onread: OnReadOpts) => openAnywhere(options, onread);
  const lane = createWholeLane({ open, connections, idleMs: waits.idleMs, keepMs: KEEP_MS });
  return {
    send: async ({ method, path, headers, body, wholeUpToBytes, headMs = waits.headMs }, signal) => {
      const bytes = body !== undefined && "bytes" in body ? body.bytes : undefined;
      const bodyMs = bytes === undefined ? 0 : (bytes.length / waits.floorBytesPerSecond) * 1000;
      let answer: WholeAnswer | "too-large";
      try {
        answer = await lane.send(
          { method, path, headers, body: bytes, wholeUpToBytes, headMs: headMs + bodyMs },
          signal,
        );
      } catch (error) {
        signal.throwIfAborted();
        throw networkFault(side, error);
      }
      if (answer === "too-large") return answer;
      const { announcedBytes, body: came } = answer;
      if (announcedBytes !== undefined && came.length !== announcedBytes) {
        throw truncated(side, came.length, announcedBytes);
      }
      return answer;
    },
    close: () => lane.close(),
  };
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
