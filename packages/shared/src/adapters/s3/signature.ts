import { hash } from "node:crypto";

import { createSigningKeys } from "../http/signing-key.ts";
import { createNameOrder } from "../http/name-order.ts";
import { createTimestamps } from "../http/timestamp.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What SigV4 covers of a request. */
export interface Signable {
  readonly method: string;
  /** As it goes on the wire, encoded once. */
  readonly path: string;
  /** Encoded and sorted. */
  readonly query: string;
  readonly host: string;
  /** Every `x-amz-…` header of the request, by lower-case name. */
  readonly amzHeaders: Readonly<Record<string, string>>;
  /** The body; undefined: none. */
  readonly bytes?: Uint8Array | undefined;
}

/** Signs requests for one region; answers all headers that the signature needs, Host among them, as the caller's own. */
export type S3Signer = (request: Signable, credentials: S3Credentials, nowMs: number) => Record<string, string>;

const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * AWS Signature Version 4 by hand: a tenth of the SDK's CPU. The key that depends on day, region and secret is kept, so a
 * request costs one SHA-256 and one HMAC.
 */
export function createS3Signer(region: string): S3Signer {
  const keys = createSigningKeys({ secretPrefix: "AWS4", region, service: "s3", terminator: "aws4_request" });
  const timeOf = createTimestamps();
  const orderOf = createNameOrder(() => true);
  return (request, credentials, nowMs) => {
    const time = timeOf(nowMs);
    const day = time.slice(0, 8);
    const bodySha256 = request.bytes === undefined ? EMPTY_SHA256 : hash("sha256", request.bytes, "hex");
    const headers: Record<string, string> = {
      host: request.host,
      ...request.amzHeaders,
      "x-amz-content-sha256": bodySha256,
      "x-amz-date": time,
    };
    if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
    const names = orderOf(headers);
    const signed = names.join(";");
    let lines = "";
    for (const name of names) lines += `${name}:${headers[name] ?? ""}\n`;
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${lines}\n${signed}\n${bodySha256}`;
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = keys(credentials.secretAccessKey, day)(text);
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  };
}
