import type { Origin } from "../http1/socket.ts";

/** What connections to an endpoint have in common, wherever it is. */
export interface Endpoint {
  /** `https://host[:port]`, nothing behind it. */
  readonly origin: string;
  /** The name that the certificate must be for. */
  readonly servername: string;
  /** PEM certificates to trust instead of Node's. */
  readonly ca: string | undefined;
}

/** Shorter than any server keeps a silent connection: what writes cannot be sent twice. */
export const KEEP_MS = 4_000;

/** The endpoint at one of its addresses. */
export function originAt({ origin, servername, ca }: Endpoint, address: string): Origin {
  const { protocol, port } = new URL(origin);
  const isTls = protocol === "https:";
  const usualPort = isTls ? 443 : 80;
  return { address, port: port === "" ? usualPort : Number(port), tls: isTls ? { servername, ca } : undefined };
}
