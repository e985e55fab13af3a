import { isIP } from "node:net";
import type { Readable } from "node:stream";

import { Pool } from "undici";

import { createAddresses } from "./addresses.ts";
import { receiveAnswer } from "./answer.ts";
import { createConnector } from "./connector.ts";
import type { HttpAnswer, HttpRequest, Transport } from "./http.ts";
import { createLargeLane } from "./large-lane.ts";
import { type Side, networkFault } from "./network-fault.ts";
import { createProxyConnector } from "./proxy-connector.ts";
import { copied, outgoing } from "./request-body.ts";
import { createSmallLane } from "./small-lane.ts";
import { usualWaits, type Waits } from "./waits.ts";

export interface TransportOptions {
  readonly side: Side;
  /** `https://host[:port]`, nothing behind it. */
  readonly origin: string;
  readonly connections: number;
  /** IP addresses of the endpoint to use instead of DNS' answers; several: tried by health. */
  readonly addresses?: readonly string[] | undefined;
  /** Refuses an address before a byte is sent to it. */
  readonly allows?: ((address: string) => boolean) | undefined;
  /** PEM certificates to trust instead of Node's. */
  readonly ca?: string | undefined;
  /** An HTTP proxy that opens every connection: `http://[user:password@]host:port`. It resolves the endpoint's name. */
  readonly proxy?: string | undefined;
  readonly waits?: Partial<Waits> | undefined;
}

/** Bodies above this size take the lane of large bodies. */
export const LARGE_BYTES = 256 * 1024;

export function createTransport(options: TransportOptions): Transport {
  const waits = { ...usualWaits, ...options.waits };
  const { side, origin, ca, proxy } = options;
  const { hostname } = new URL(origin);
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  // An address is no server name (RFC 6066 §3): without one the certificate must be for the address itself.
  const servername = isIP(host) === 0 ? host : "";
  const addresses = createAddresses({ hostname: host, pinned: options.addresses ?? [], allows: options.allows });
  const reach = { side, endpoint: { origin, servername, ca }, addresses };
  const small = createSmallLane({ ...reach, connections: options.connections, waits });
  const large = createLargeLane({ ...reach, connectMs: waits.connectMs, idleMs: waits.idleMs });
  const pool = new Pool(origin, {
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    connect:
      proxy === undefined
        ? createConnector(addresses, { servername, ca, connectMs: waits.connectMs })
        : createProxyConnector({ proxy, servername, ca, connectMs: waits.connectMs }),
  });
  return {
    // Each layer that awaits costs a small object about a microsecond: this one only chooses the way.
    send: (request, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      const byPool = () => dispatch({ pool, side, waits }, request, signal);
      // Our own lanes open sockets that know no proxy.
      if (proxy !== undefined) return byPool();
      if (isLarge(request)) return large.send(request, signal);
      // What grew since it was listed comes in chunks after all.
      return isSmall(request) ? small.send(request, signal, byPool) : byPool();
    },
    close: async () => {
      small.close();
      await large.close();
      await pool.destroy();
    },
  };
}

function isLarge({ body, expectedBytes = 0 }: HttpRequest): boolean {
  return expectedBytes > LARGE_BYTES || (body !== undefined && "chunks" in body && body.sizeBytes > LARGE_BYTES);
}

/** Whether all that goes out is in memory, and so much that comes back. */
function isSmall({ body }: HttpRequest): boolean {
  return body === undefined || "bytes" in body;
}

interface Way {
  readonly pool: Pool;
  readonly side: Side;
  readonly waits: Waits;
}

async function dispatch({ pool, side, waits }: Way, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { body, method, path, headers } = request;
  const flow = body !== undefined && "chunks" in body ? outgoing(body) : undefined;
  const content = body !== undefined && "bytes" in body ? body.bytes : flow && copied(flow.chunks);
  // While chunks go out undici counts the wait anew with each of them that does not fit into the socket.
  const bodyMs = flow === undefined && body !== undefined ? (body.sizeBytes / waits.floorBytesPerSecond) * 1000 : 0;
  const options = {
    path,
    method,
    headers: flow === undefined ? headers : { ...headers, "content-length": String(body?.sizeBytes ?? 0) },
    // undici takes any async iterable; its types know only Node's own.
    body: (content ?? null) as Uint8Array | Readable | null,
    headersTimeout: Math.ceil((request.headMs ?? waits.headMs) + bodyMs),
    bodyTimeout: waits.idleMs,
    // undici closes the connection after a HEAD unless told otherwise.
    reset: false,
  };
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const handler = receiveAnswer({ side, request, signal, resolve, reject });
      try {
        pool.dispatch(options, handler);
      } catch (error) {
        reject(networkFault(side, error));
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    throw flow?.failure()?.reason ?? error;
  }
}
