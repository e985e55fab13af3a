import { Agent, get, type IncomingMessage } from "node:http";

const agent = new Agent({ keepAlive: true });

export interface ApiPlace {
  readonly apiUrl: string;
  readonly apiKey: string;
}

function open({ apiUrl, apiKey }: ApiPlace, path: string, how: Agent | false): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    get(`${apiUrl}/v1${path}`, { headers, agent: how }, resolve).on("error", reject);
  });
}

/** A client that reads a stream of events and keeps nothing of it. */
export interface StreamReader {
  bytes(): number;
  isOpen(): boolean;
  leave(): void;
}

export async function readStream(place: ApiPlace, path: string): Promise<StreamReader> {
  const response = await open(place, path, false);
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
  let bytes = 0;
  response.on("data", (piece: Buffer) => (bytes += piece.length)).on("error", () => undefined);
  return { bytes: () => bytes, isOpen: () => !response.destroyed, leave: () => response.destroy() };
}

/** How long each of so many calls took, in ms, one after the other over a kept connection. */
export async function timeCalls(place: ApiPlace, path: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let call = 0; call < count; call += 1) {
    const started = performance.now();
    const response = await open(place, path, agent);
    for await (const _ of response);
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
    times.push(performance.now() - started);
  }
  return times;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
