import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { signedHeaders } from "./oss-signature.ts";
import type { ComparedCredentials, Place } from "./sides.ts";

export interface OssRequest {
  readonly method: "GET" | "HEAD";
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface OssClient {
  /** Sends, again where OSS or the network falters; answers only a 200. Who gets the answer reads it to its end. */
  send(request: OssRequest): Promise<http.IncomingMessage>;
  close(): void;
}

const attempts = 5;
const idleMs = 60_000;
const connections = 32;

/** A small client of OSS on Node's own HTTP, which sends a path exactly as it is given. */
export function createOssClient(place: Place, credentials: ComparedCredentials): OssClient {
  const url = new URL(place.endpoint);
  const secure = url.protocol === "https:";
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: connections })
    : new http.Agent({ keepAlive: true, maxSockets: connections });
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const bare = isIP(hostname) !== 0 || hostname === "localhost";
  const host = bare ? url.host : `${place.bucket}.${url.host}`;

  async function once(request: OssRequest): Promise<http.IncomingMessage> {
    const { method, key, signal } = request;
    const names = Object.entries(request.query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const path = `${bare ? `/${place.bucket}` : ""}/${encodedKey(key)}`;
    const options: https.RequestOptions = {
      agent,
      method,
      host: place.addresses[0] ?? (bare ? hostname : `${place.bucket}.${hostname}`),
      ...(url.port === "" ? {} : { port: url.port }),
      path: names.length === 0 ? path : `${path}?${names.join("&")}`,
      headers: { host, ...signedHeaders(method, `/${place.bucket}/${key}`, credentials, new Date()) },
      signal,
      timeout: idleMs,
      ...(secure && !bare ? { servername: `${place.bucket}.${hostname}` } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = (secure ? https : http).request(options, resolve);
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${idleMs} ms`)));
      sent.on("error", reject);
      sent.end();
    });
  }

  return {
    async send(request) {
      for (let attempt = 1; ; attempt += 1) {
        const answered = await once(request).catch((error: unknown) => {
          request.signal.throwIfAborted();
          if (attempt === attempts) throw error;
          return undefined;
        });
        if (answered?.statusCode === 200) return answered;
        if (answered !== undefined && ((answered.statusCode ?? 0) < 500 || attempt === attempts))
          throw await refusal(answered, request);
        answered?.resume();
        await wait(100 * 2 ** attempt, undefined, { signal: request.signal });
      }
    },
    close: () => agent.destroy(),
  };
}

async function refusal(answer: http.IncomingMessage, { method, key }: OssRequest): Promise<Error> {
  const text = await textOf(answer);
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? "";
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? "";
  return new Error(`OSS answered ${answer.statusCode} ${code} to ${method} ${JSON.stringify(key)}: ${message}`);
}

/** A whole body as text. */
export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function encodedKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
