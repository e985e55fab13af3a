import { createSend } from "../http/client-send.ts";
import type { HttpAnswer } from "../http/http.ts";
import { encodeQueries } from "../http/percent.ts";
import { createTransport, type TransportOptions } from "../http/transport.ts";
import { type Location, locate } from "../http/location.ts";
import { createS3Signer, type S3Credentials } from "./signature.ts";

export interface S3SourceOptions extends Pick<
  TransportOptions,
  "connections" | "addresses" | "allows" | "ca" | "proxy" | "waits"
> {
  /** `https://s3.ap-northeast-1.amazonaws.com` or what speaks like it. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Bucket in the path instead of the host name. */
  readonly pathStyle: boolean;
  /** Requests and bytes are charged to us, not to the bucket's owner. */
  readonly requesterPays: boolean;
  /** Asked before each request; keeps and renews what it gives by itself. */
  readonly credentials: () => S3Credentials | Promise<S3Credentials>;
}

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Undefined: the bucket itself. */
  readonly key: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly amzHeaders?: Readonly<Record<string, string>> | undefined;
  /** What a PUT stores. */
  readonly bytes?: Uint8Array | undefined;
  /** Headers outside the signature. */
  readonly plainHeaders?: Readonly<Record<string, string>> | undefined;
  readonly wholeUpToBytes: number;
  readonly expectedBytes?: number | undefined;
}

/** Sends signed requests to one bucket. Refusals come back as answers. */
export interface S3Client {
  send(request: S3Request, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export function createS3Client(options: S3SourceOptions): S3Client {
  const location: Location = locate(options.endpoint, options.bucket, options.pathStyle ? "path" : "virtual");
  const transport = createTransport({ ...options, side: "SOURCE", origin: location.origin });
  const sign = createS3Signer(options.region);
  const sendAs = (credentials: S3Credentials, request: S3Request, signal: AbortSignal): Promise<HttpAnswer> => {
    const {
      method,
      key,
      query: queries,
      amzHeaders = {},
      plainHeaders,
      bytes,
      wholeUpToBytes,
      expectedBytes,
    } = request;
    const path = key === undefined ? location.bucketPath : location.pathOf(key);
    const query = queries === undefined ? "" : encodeQueries(queries, "equals");
    const paidFor = options.requesterPays ? { ...amzHeaders, "x-amz-request-payer": "requester" } : amzHeaders;
    const signable = { method, path, query, host: location.host, amzHeaders: paidFor, bytes };
    const headers = sign(signable, credentials, Date.now());
    if (plainHeaders !== undefined) Object.assign(headers, plainHeaders);
    const body = bytes === undefined ? undefined : { bytes, sizeBytes: bytes.length };
    const target = query === "" ? path : `${path}?${query}`;
    return transport.send({ method, path: target, headers, body, wholeUpToBytes, expectedBytes }, signal);
  };
  return { send: createSend(options.credentials, sendAs), close: () => transport.close() };
}
