import type { Socket } from "node:net";

import { buildConnector } from "undici";

export interface ProxyOptions {
  /** `http://[user:password@]host:port`, or https. */
  readonly proxy: string;
  /** The name that the origin's certificate must be for. */
  readonly servername: string;
  readonly ca: string | undefined;
  readonly connectMs: number;
}

type Outcome = Parameters<buildConnector.Callback>;
type Request = buildConnector.Options;

const LARGEST_HEAD_BYTES = 16 * 1024;

/** Opens undici's connections through an HTTP proxy: by CONNECT, so that it sees neither keys nor bodies of https. */
export function createProxyConnector({ proxy, servername, ca, connectMs }: ProxyOptions): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout: connectMs, ...(ca === undefined ? {} : { ca }) });
  const attempt = (request: Request): Promise<Socket> =>
    new Promise((resolve, reject) => {
      connect(request, (...[error, socket]: Outcome) => (error === null ? resolve(socket) : reject(error)));
    });
  const { protocol, hostname, port, host, username, password } = new URL(proxy);
  const usualPort = protocol === "https:" ? "443" : "80";
  const toProxy: Request = { protocol, hostname: bare(hostname), host, port: port || usualPort };
  const authorization = username === "" ? undefined : basic(username, password);

  const open = async (request: Request): Promise<Socket> => {
    const socket = await attempt(protocol === "https:" ? { ...toProxy, servername: bare(hostname) } : toProxy);
    const authority = `${request.hostname}:${request.port || (request.protocol === "https:" ? "443" : "80")}`;
    await establish(socket, { authority, authorization, proxy: host, connectMs });
    return request.protocol === "https:" ? await attempt({ ...request, servername, httpSocket: socket }) : socket;
  };
  return (request, callback) => {
    void (async () => {
      const outcome = await open(request).then(
        (socket): Outcome => [null, socket],
        (error: unknown): Outcome => [error instanceof Error ? error : new Error(String(error)), null],
      );
      callback(...outcome);
    })();
  };
}

interface Tunnel {
  /** `host:port` to reach. */
  readonly authority: string;
  readonly authorization: string | undefined;
  readonly proxy: string;
  readonly connectMs: number;
}

/** Asks for a tunnel and waits until the proxy says that it stands; else the socket is gone. */
async function establish(socket: Socket, { authority, authorization, proxy, connectMs }: Tunnel): Promise<void> {
  const lines = [`CONNECT ${authority} HTTP/1.1`, `host: ${authority}`];
  if (authorization !== undefined) lines.push(`proxy-authorization: ${authorization}`);
  const timer = setTimeout(() => socket.destroy(refused(proxy, `did not answer within ${connectMs} ms`)), connectMs);
  try {
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const status = /^HTTP\/1\.[01] (\d{3})[^\r]*/.exec(await readHead(socket, proxy));
    if (status?.[1]?.startsWith("2") !== true) {
      throw refused(proxy, `answered "${status?.[0] ?? "no HTTP"}" when asked for ${authority}`);
    }
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function readHead(socket: Socket, proxy: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const settle = (act: () => void): void => {
      socket.off("data", onData).off("error", onError).off("close", onClose);
      socket.pause();
      act();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(refused(proxy, "closed the connection")));
    const onData = (data: Buffer): void => {
      seen = Buffer.concat([seen, data]);
      const end = seen.indexOf("\r\n\r\n");
      if (end < 0 && seen.length <= LARGEST_HEAD_BYTES) return;
      settle(() => resolve(seen.toString("latin1", 0, Math.max(0, end))));
    };
    socket.on("data", onData).on("error", onError).on("close", onClose);
  });
}

function refused(proxy: string, what: string): Error {
  return Object.assign(new Error(`the proxy ${proxy} ${what}`), { code: "PROXY_REFUSED" });
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** An IPv6 address without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
