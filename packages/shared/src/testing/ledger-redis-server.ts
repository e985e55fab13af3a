import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A Redis server of a test's own, on a free port of the loopback interface. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** Ends the process, by its id, and removes its folder. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Where it listens; a free port unless given. */
  readonly port?: number;
  /** Command line options such as `--appendonly`, `yes`. */
  readonly settings?: readonly string[];
}

/** Starts `redis-server`; undefined when it is not installed. */
export async function startRedisServer(given: RedisServerOptions = {}): Promise<RedisServer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-redis-"));
  const port = given.port ?? (await freePort());
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    ...(given.settings ?? []),
  ];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  const failed = once(server, "error").then(() => "failed" as const);
  const answers = waitForPort(port).then(() => "answers" as const);
  if ((await Promise.race([answers, failed])) === "failed" || server.pid === undefined) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  return { url: `redis://127.0.0.1:${port}`, pid: server.pid, stop: () => stop(server, folder) };
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const exited = server.exitCode === null && server.signalCode === null ? once(server, "exit") : undefined;
  server.kill("SIGKILL");
  await exited;
  await rm(folder, { recursive: true, force: true });
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function waitForPort(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await answersOn(port)) return;
    await sleep(25);
  }
  throw new Error(`redis-server did not answer on port ${port} within 10 s`);
}

function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
