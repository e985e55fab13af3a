import { connect as connectPlain, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where to connect. `address` may be a pinned IP; `servername` is what the certificate must be for. */
export interface Origin {
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly servername: string; readonly ca?: string | undefined } | undefined;
}

export interface SocketOptions {
  /** Where the socket reads to, and who is told. */
  readonly onread: OnReadOpts;
  /** A connection (and its TLS handshake) that takes longer fails with `ETIMEDOUT`. */
  readonly connectMs: number;
}

/** Opens a socket; rejects with its own error. Whoever gets it listens for `error` from then on. */
export function openSocket({ address, port, tls }: Origin, { onread, connectMs }: SocketOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const where = { host: address, port, noDelay: true, onread };
    const socket =
      tls === undefined ? connectPlain(where) : connectTls({ ...where, servername: tls.servername, ca: tls.ca });
    const late = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`no connection within ${connectMs} ms`), { code: "ETIMEDOUT" }));
    }, connectMs);
    const failed = (error: Error): void => {
      clearTimeout(late);
      reject(error);
    };
    socket.once("error", failed);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(late);
      socket.off("error", failed);
      resolve(socket);
    });
  });
}
