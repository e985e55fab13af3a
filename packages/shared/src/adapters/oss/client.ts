import { headerOfText } from "../http/header-text.ts";
import { createSend } from "../http/client-send.ts";
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
  readonly credentials: () => OssCredentials | Promise<OssCredentials>;
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
  const sendAs = (credentials: OssCredentials, request: OssRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const { method, key, query = noQuery, headers = {}, body, headMs } = request;
    const path = key === "" ? location.bucketPath : location.pathOf(key);
    const target = query === noQuery ? path : `${path}?${encodeQueries(query, "bare")}`;
    const signed = sign({ method, bucket, key, query, headers }, credentials, Date.now());
    signed["host"] = location.host;
    writeAsBytes(signed);
    const wholeUpToBytes = Number.POSITIVE_INFINITY;
    return transport.send({ method, path: target, headers: signed, body, headMs, wholeUpToBytes }, signal);
  };
  return { send: createSend(options.credentials, sendAs), close: () => transport.close() };
}

const noQuery: Readonly<Record<string, string>> = {};

/** Values as they go on the wire; as a rule they are ASCII already. */
function writeAsBytes(headers: Record<string, string>): void {
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? "";
    const written = headerOfText(value);
    if (written !== value) headers[name] = written;
  }
}
