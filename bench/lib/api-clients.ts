// Clients of the API, in a process of their own: `api-clients.ts API_URL API_KEY`. Asked to open streams, to say how these fare,
// and to make calls.
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answerParent } from "./child.ts";

export type ClientQuestion =
  | { readonly do: "open"; readonly paths: readonly string[] }
  | { readonly do: "look" }
  | { readonly do: "call"; readonly path: string; readonly count: number; readonly everyMs: number };

/** How a stream fares: what has come of it, and whether it is open. */
export interface StreamState {
  readonly bytes: number;
  readonly isOpen: boolean;
}

const [apiUrl = "", apiKey = ""] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const streams: { bytes: number; readonly response: IncomingMessage }[] = [];

answerParent((question) => answer(question as ClientQuestion));

async function answer(question: ClientQuestion): Promise<unknown> {
  switch (question.do) {
    case "open":
      await Promise.all(question.paths.map(openStream));
      return null;
    case "look":
      return streams.map(({ bytes, response }): StreamState => ({ bytes, isOpen: !response.destroyed }));
    case "call":
      return timesOf(question);
    default:
      return question satisfies never;
  }
}

/** A client that reads a stream of events and keeps nothing of it. */
async function openStream(path: string): Promise<void> {
  const response = await request(path, false);
  const stream = { bytes: 0, response };
  response.on("data", (piece: Buffer) => (stream.bytes += piece.length)).on("error", () => undefined);
  streams.push(stream);
}

/** How long each call took, in ms: one after the other over a kept connection, begun no more often than told. */
async function timesOf({ path, count, everyMs }: Extract<ClientQuestion, { readonly do: "call" }>): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < count; call += 1) {
    const startedMs = performance.now();
    for await (const _ of await request(path, agent));
    const tookMs = performance.now() - startedMs;
    times.push(tookMs);
    await sleep(Math.max(0, everyMs - tookMs));
  }
  return times;
}

async function request(path: string, how: Agent | false): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${apiUrl}/v1${path}`, { headers, agent: how }, resolve).on("error", reject);
  });
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
  return response;
}
