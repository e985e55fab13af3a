import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { LinkTarget } from "@causeway/shared/ports/tunnel-link.ts";
import type { PathMeasure } from "./advice.ts";
import { addressesOf, portOf, tcpAnswers } from "./reach.ts";

/** Sends so many bytes to the target over one connection, and takes them away again. */
export type Upload = (sizeBytes: number, options: Signalled) => Promise<void>;

const trips = 5;
const shortBytes = 64 * 1024;
const longBytes = 16 * 1024 * 1024;
const ssTimeoutMs = 2000;

/**
 * Measures the way to a target from this host: round trip, segment size, kernel settings and, with `upload`, what one
 * connection carries. Rejects with what the network says where the target does not answer, or with the signal's reason.
 */
export async function measurePath(
  target: LinkTarget,
  upload: Upload | undefined,
  options: Signalled,
): Promise<PathMeasure> {
  const [address = ""] = await addressesOf(target);
  const port = portOf(target.endpoint);
  const times: number[] = [];
  for (let trip = 0; trip < trips; trip += 1) times.push(await tcpAnswers(address, port, options.signal));
  const [connection, receive, send, available] = await Promise.all([
    describeConnection(address, port, options),
    readSetting("net/ipv4/tcp_rmem"),
    readSetting("net/ipv4/tcp_wmem"),
    readSetting("net/ipv4/tcp_available_congestion_control"),
  ]);
  return {
    roundTripMs: Math.min(...times),
    ...connection,
    available,
    receiveBufferBytes: largest(receive),
    sendBufferBytes: largest(send),
    bytesPerSecond: upload === undefined ? undefined : await speedOf(upload, options),
  };
}

/** The time that a long upload takes beyond a short one is that of its bytes: connecting, signing and answering cancel out. */
async function speedOf(upload: Upload, options: Signalled): Promise<number> {
  const time = async (sizeBytes: number): Promise<number> => {
    const startedAtMs = performance.now();
    await upload(sizeBytes, options);
    return performance.now() - startedAtMs;
  };
  const shortMs = await time(shortBytes);
  const longMs = await time(longBytes);
  return ((longBytes - shortBytes) * 1000) / Math.max(1, longMs - shortMs);
}

type Connection = Pick<PathMeasure, "mssBytes" | "congestionControl">;

/** What `ss` (iproute2) tells of a connection that is opened for it; nothing where there is no `ss`. */
async function describeConnection(address: string, port: number, options: Signalled): Promise<Connection> {
  const socket = connect({ host: address, port });
  try {
    await opened(socket, options);
    const only = ["sport", "=", `:${socket.localPort ?? 0}`, "and", "dport", "=", `:${port}`];
    const { stdout } = await promisify(execFile)("ss", ["-Htin", ...only], { timeout: ssTimeoutMs });
    return readConnection(stdout);
  } catch {
    options.signal.throwIfAborted();
    return { mssBytes: undefined, congestionControl: undefined };
  } finally {
    socket.destroy();
  }
}

/** Reads `ss -ti`: on the second line stands the congestion control's name, then `name:value` and more. */
export function readConnection(text: string): Connection {
  const facts = /^\s+(\S.*)$/m.exec(text)?.[1] ?? "";
  const mss = /\bmss:(\d+)/.exec(facts)?.[1];
  const control = /\b(bbr|cubic|reno|dctcp|vegas|westwood|htcp)\b/.exec(facts)?.[1];
  return { mssBytes: mss === undefined ? undefined : Number(mss), congestionControl: control };
}

function opened(socket: Socket, { signal }: Signalled): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
}

/** The words of a kernel setting; none where the kernel has no such setting. */
async function readSetting(name: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/sys/${name}`, "utf8").catch(() => "");
  return text.trim().split(/\s+/);
}

function largest(words: readonly string[]): number | undefined {
  const bytes = Number(words[2] ?? Number.NaN);
  return Number.isNaN(bytes) ? undefined : bytes;
}
