import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Children } from "./children.ts";

const tries = 5;

/** Starts Redis with AOF in a folder of its own and answers its URL. */
export async function startRedis(
  children: Children,
  folder: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const dir = join(folder, "redis");
  await mkdir(dir, { recursive: true });
  const port = await freePort();
  const settings = {
    bind: "127.0.0.1",
    port: String(port),
    dir,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const redis = children.start({ name: "redis", command: "redis-server", args, env });
  await redis.firstLine((line) => (/Ready to accept connections/.test(line) ? true : undefined), signal);
  return `redis://127.0.0.1:${port}`;
}

/** A port that nobody listens on just now: Redis cannot choose one and tell it. */
async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const server = createServer();
    const port = await new Promise<number | undefined>((resolve) => {
      server.once("error", () => resolve(undefined));
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(address === null || typeof address === "string" ? undefined : address.port);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    if (port !== undefined) return port;
  }
  throw new Error("no free port on 127.0.0.1");
}
