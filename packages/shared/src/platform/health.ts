import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HealthOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What keeps the service from working, as sentences; none: it is ready. Asked at every `/readyz`. */
  obstacles(): Promise<readonly string[]>;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
}

export interface HealthServer {
  /** `http://host:port`. */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Serves `/healthz` (the process lives), `/readyz` (it can work, else 503 with the reasons) and `/metrics`. */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/", options)
      .catch((error: unknown) => json(500, { status: "failing", obstacles: [String(error)] }))
      .then(({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, options: HealthOptions): Promise<Answer> {
  const [path = "/"] = url.split("?");
  switch (path) {
    case "/healthz":
      return json(200, { status: "alive" });
    case "/readyz": {
      const obstacles = await options.obstacles();
      return obstacles.length === 0 ? json(200, { status: "ready" }) : json(503, { status: "not-ready", obstacles });
    }
    case "/metrics":
      return { status: 200, type: options.metrics.contentType, body: await options.metrics.text() };
    default:
      return json(404, { status: "unknown", paths: ["/healthz", "/readyz", "/metrics"] });
  }
}

function json(status: number, body: object): Answer {
  return { status, type: "application/json", body: `${JSON.stringify(body)}\n` };
}
