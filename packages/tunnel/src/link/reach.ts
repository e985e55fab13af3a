import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import type { LinkTarget } from "@causeway/shared/ports/tunnel-link.ts";

const answerMs = 2000;

/** The addresses of a target: those that are pinned, else what DNS says. Rejects with the error of DNS. */
export async function addressesOf({ endpoint, addresses }: LinkTarget): Promise<readonly string[]> {
  if (addresses.length > 0) return addresses;
  const { hostname } = new URL(endpoint);
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  if (isIP(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** The port that an endpoint's address means. */
export function portOf(endpoint: string): number {
  const { port, protocol } = new URL(endpoint);
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

/** Resolves to how long a TCP connection took, in ms; rejects when none comes about in two seconds, or with the signal's reason. */
export function tcpAnswers(address: string, port: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const socket = connect({ host: address, port, noDelay: true });
    const end = (settle: () => void): void => {
      limit.removeEventListener("abort", onAbort);
      socket.destroy();
      settle();
    };
    const onAbort = (): void => end(() => reject(signal.aborted ? signal.reason : silent(address, port)));
    limit.addEventListener("abort", onAbort, { once: true });
    socket.once("error", (error) => end(() => reject(error)));
    socket.once("connect", () => end(() => resolve(performance.now() - startedAtMs)));
    if (limit.aborted) onAbort();
  });
}

function silent(address: string, port: number): Error {
  return new Error(`${address}:${port} did not answer in ${answerMs} ms`);
}
