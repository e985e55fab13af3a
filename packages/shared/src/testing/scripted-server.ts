import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A request as it came: its head's lines and its body. */
export interface ScriptedRequest {
  readonly line: string;
  readonly head: string;
  readonly body: Buffer;
}

/** What a scripted server does with a request: bytes to send, then what to do with the connection. */
export interface ScriptedAnswer {
  readonly send: string | Buffer;
  readonly connection: "keep" | "close" | "reset" | "hang";
}

/** A server of one test's making: it can break HTTP in ways that no real one would. */
export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** How many connections were opened so far. */
  connections(): number;
  /** How many of them are open now. */
  open(): number;
  close(): Promise<void>;
}

/** Starts a server on loopback that answers each request as `answer` says. */
export async function startScriptedServer(
  answer: (request: ScriptedRequest, index: number) => ScriptedAnswer,
): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    opened += 1;
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let input = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      input = Buffer.concat([input, chunk]);
      for (let request = take(input); request !== undefined; request = take(input)) {
        input = input.subarray(request.consumedBytes);
        requests.push(request);
        act(socket, answer(request, requests.length - 1));
      }
    });
  });
  await listening(server);
  return {
    // A listening TCP server has such an address.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => opened,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function take(input: Buffer): (ScriptedRequest & { consumedBytes: number }) | undefined {
  const end = input.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = input.toString("latin1", 0, end);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const consumedBytes = end + 4 + length;
  if (input.length < consumedBytes) return undefined;
  return { line: head.split("\r\n")[0] ?? "", head, body: input.subarray(end + 4, consumedBytes), consumedBytes };
}

function act(socket: Socket, { send, connection }: ScriptedAnswer): void {
  socket.write(send, () => {
    if (connection === "close") socket.end();
    if (connection === "reset") socket.resetAndDestroy();
  });
}

/** An answer's bytes with its Content-Length set. */
export function httpAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Buffer = "",
): Buffer {
  const bytes = Buffer.from(body);
  const all = { "content-length": bytes.length.toString(), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Said\r\n${lines.join("")}\r\n`), bytes]);
}
