import { createHmac, hash } from "node:crypto";

import { createSigningKeys } from "../http/signing-key.ts";
import { createNameOrder, type NameOrder } from "../http/name-order.ts";
import { createTimestamps } from "../http/timestamp.ts";
import { encodePath, encodeQueries } from "../http/percent.ts";

export interface OssCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What OSS' signatures cover. */
export interface Signable {
  readonly method: string;
  readonly bucket: string;
  /** Not encoded; "" for the bucket itself. */
  readonly key: string;
  /** Not encoded; a value of "" means the bare name. */
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name, as text. Those that the signature does not cover go along. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs a request; answers all its headers, as text and as the caller's own. */
export type OssSigner = (request: Signable, credentials: OssCredentials, nowMs: number) => Record<string, string>;

/** OSS' V4 signature of a header: https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4 */
export function createOssSignerV4(region: string): OssSigner {
  const keys = createSigningKeys({
    secretPrefix: "aliyun_v4",
    region,
    service: "oss",
    terminator: "aliyun_v4_request",
  });
  const timeOf = createTimestamps();
  const orderOf = createNameOrder(isSignedByV4);
  return (request, credentials, nowMs) => {
    const time = timeOf(nowMs);
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
      "x-oss-date": time,
    };
    if (credentials.sessionToken !== undefined) headers["x-oss-security-token"] = credentials.sessionToken;
    // Whatever way the bucket is addressed, the signed path names it.
    const path = `/${request.bucket}/${encodePath(request.key)}`;
    const lines = signedLines(headers, orderOf);
    const canonical = `${request.method}\n${path}\n${encodeQueries(request.query, "bare")}\n${lines}\n\nUNSIGNED-PAYLOAD`;
    const scope = `${day}/${region}/oss/aliyun_v4_request`;
    const text = `OSS4-HMAC-SHA256\n${time}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = keys(credentials.secretAccessKey, day)(text);
    headers["authorization"] = `OSS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope},Signature=${signature}`;
    return headers;
  };
}

/** Sub-resources among our queries that V1 covers; `prefix`, `max-keys` and the like stay outside. */
const SIGNED_QUERIES = new Set(["uploads", "uploadId", "partNumber", "continuation-token"]);

/** OSS' V1 signature, for endpoints that know no V4. */
export function createOssSignerV1(): OssSigner {
  const orderOf = createNameOrder(isOwn);
  return (request, credentials, nowMs) => {
    const date = new Date(nowMs).toUTCString();
    const headers: Record<string, string> = { ...request.headers, "x-oss-date": date };
    if (credentials.sessionToken !== undefined) headers["x-oss-security-token"] = credentials.sessionToken;
    const lines = signedLines(headers, orderOf);
    const names = Object.keys(request.query).filter((name) => SIGNED_QUERIES.has(name));
    const queries = names
      .sort()
      .map((name) => (request.query[name] === "" ? name : `${name}=${request.query[name] ?? ""}`))
      .join("&");
    const resource = `/${request.bucket}/${request.key}${queries === "" ? "" : `?${queries}`}`;
    const head = [request.method, headers["content-md5"] ?? "", headers["content-type"] ?? "", date].join("\n");
    const text = `${head}\n${lines}${resource}`;
    const signature = createHmac("sha1", credentials.secretAccessKey).update(text).digest("base64");
    headers["authorization"] = `OSS ${credentials.accessKeyId}:${signature}`;
    return headers;
  };
}

function isOwn(name: string): boolean {
  return name.startsWith("x-oss-");
}

function isSignedByV4(name: string): boolean {
  return isOwn(name) || name === "content-type" || name === "content-md5";
}

function signedLines(headers: Readonly<Record<string, string>>, orderOf: NameOrder): string {
  let lines = "";
  for (const name of orderOf(headers)) lines += `${name}:${(headers[name] ?? "").trim()}\n`;
  return lines;
}
