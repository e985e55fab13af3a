import { headerOfText } from "../http/header-text.ts";
import type { HttpAnswer, HttpRequest } from "../http/http.ts";
import { locate } from "../http/location.ts";
import { encodeQueries } from "../http/percent.ts";
import { createTransport, type TransportOptions } from "../http/transport.ts";
import { createOssSignerV1, createOssSignerV4, type OssCredentials } from "./signature.ts";

export interface OssTargetOptions extends Pick<
  TransportOptions,
  "connections" | "addresses" | "allows" | "ca" | "proxy" | "waits"
> {
  /** `https://oss-cn-shanghai-internal.aliyuncs.com`, or an IP address or localhost for an emulator. */
  readonly endpoint: string;
  /** `cn-shanghai`, as V4 signatures name it. */
  readonly region: string;
  readonly bucket: string;
  /** Asked before each request; keeps and renews what it gives by itself. */
  readonly credentials: () => Promise<OssCredentials>;
  readonly signature: "v4" | "v1";
}

export interface OssRequest extends Pick<HttpRequest, "method" | "body" | "headMs"> {
  /** "" for the bucket itself. */
  readonly key: string;
  /** A value of "" means the bare name. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Sends signed requests to one bucket; answers come whole. Refusals come back as answers. */
export interface OssClient {
  send(request: OssRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export function createOssClient(options: OssTargetOptions): OssClient {
  const { bucket } = options;
  const location = locate(options.endpoint, bucket, "virtual");
  const transport = createTransport({ ...options, side: "TARGET", origin: location.origin });
  const sign = options.signature === "v4" ? createOssSignerV4(options.region) : createOssSignerV1();
  return {
    send: async ({ method, key, query = {}, headers = {}, body, headMs }, signal) => {
      signal.throwIfAborted();
      const credentials = await options.credentials();
      const signed = sign({ method, bucket, key, query, headers }, credentials, Date.now());
      const path = key === "" ? location.bucketPath : location.pathOf(key);
      const queries = encodeQueries(query, "bare");
      return transport.send(
        {
          method,
          path: queries === "" ? path : `${path}?${queries}`,
          headers: wireHeaders(location.host, signed),
          body,
          headMs,
          wholeUpToBytes: Number.POSITIVE_INFINITY,
        },
        signal,
      );
    },
    close: () => transport.close(),
  };
}

function wireHeaders(host: string, signed: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { host };
  for (const name of Object.keys(signed)) headers[name] = headerOfText(signed[name] ?? "");
  return headers;
}
