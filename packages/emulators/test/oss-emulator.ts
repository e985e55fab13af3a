import { request, type IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";

import { startEmulators, type Emulator } from "../src/start.ts";

/** ali-oss' own signer, so that no signature in these tests comes from this project. */
interface AliSigner {
  buildCanonicalString(
    method: string,
    resource: string,
    request: { headers: Record<string, string>; parameters?: Record<string, string> },
    expires?: string,
  ): string;
  authorization(accessKeyId: string, secret: string, canonicalString: string): string;
  authorizationV4(
    accessKeyId: string,
    secret: string,
    region: string,
    method: string,
    request: { headers: Record<string, string>; queries?: Record<string, string | null> },
    bucket?: string,
    key?: string,
    additionalHeaders?: readonly string[],
  ): string;
}

const require = createRequire(import.meta.url);
// The package has no types for its inner modules.
export const aliSigner = require("ali-oss/lib/common/signUtils.js") as AliSigner;

export const BUCKET = "exam";
const CREDENTIALS = { "access-key": "secret-key" };

/** Starts an emulator with one empty bucket; `now` is the store's clock. */
export async function startOss(now?: () => number): Promise<Emulator> {
  const { s3, oss } = await startEmulators({
    oss: { credentials: CREDENTIALS, buckets: { [BUCKET]: { kind: "plain" } } },
    now,
  });
  await s3.close();
  return oss;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The error code of the document, or of `x-oss-err` where there is no body. */
  readonly code: string | undefined;
}

export interface Ask {
  readonly method?: string;
  /** Default: the bucket of the exams. */
  readonly bucket?: string;
  /** Not encoded; undefined: the bucket. */
  readonly key?: string;
  /** Sub-resources and parameters. */
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Changes the request after it was signed. */
  readonly tamper?: (sent: { path: string; headers: Record<string, string> }) => void;
  readonly secret?: string;
  readonly dateMs?: number;
}

/** Parameters that V1 does not sign. */
const UNSIGNED =
  /^(?:prefix|delimiter|marker|max-keys|list-type|start-after|encoding-type|fetch-owner|max-parts|part-number-marker|max-uploads|key-marker|upload-id-marker)$/u;

/** Sends one V1-signed request, path style, whose path no URL class has touched. */
export async function ask(oss: Emulator, asked: Ask): Promise<Reply> {
  const { method = "GET", bucket = BUCKET, key = "", query = {}, body = "" } = asked;
  const headers: Record<string, string> = {
    "x-oss-date": new Date(asked.dateMs ?? Date.now()).toUTCString(),
    ...asked.headers,
  };
  const signed = Object.fromEntries(Object.entries(query).filter(([name]) => !UNSIGNED.test(name)));
  const text = aliSigner.buildCanonicalString(method, `/${bucket}/${key}`, { headers, parameters: signed });
  headers["authorization"] = aliSigner.authorization(oss.accessKeyId, asked.secret ?? oss.secretAccessKey, text);
  const pairs = Object.entries(query).map(([name, value]) =>
    value === "" ? name : `${name}=${encodeURIComponent(value)}`,
  );
  const sent = {
    path: `/${bucket}/${encodeURIComponent(key)}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`,
    headers,
  };
  asked.tamper?.(sent);
  return await sendRaw(oss, { method, ...sent, body });
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Sends a request exactly as given. */
export function sendRaw(oss: Emulator, { method, path, headers, body = "" }: RawRequest): Promise<Reply> {
  const { hostname, port } = new URL(oss.url);
  return new Promise((resolve, reject) => {
    const lengthed = { ...headers, "content-length": String(Buffer.byteLength(body)) };
    const sending = request({ hostname, port, method, path, headers: lengthed, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(replyOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))));
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

function replyOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Reply {
  const text = body.toString("utf8");
  const refusal = text === "" ? Buffer.from(String(headers["x-oss-err"] ?? ""), "base64").toString("utf8") : text;
  return { status, headers, body, text, code: /<Code>(\w+)<\/Code>/u.exec(refusal)?.[1] };
}
