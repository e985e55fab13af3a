import { hash } from "node:crypto";

import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";
import { createSign, deriveKey, type Sign } from "../core/hmac.ts";
import { encodePath, encodeStrict, isAscii } from "../core/percent.ts";

export const V4_ALGORITHM = "OSS4-HMAC-SHA256";

/** What a V4 signature says about itself. */
export interface ScopeV4 {
  readonly accessKeyId: string;
  /** `yyyymmdd` */
  readonly date: string;
  readonly region: string;
  readonly product: string;
  readonly terminator: string;
}

export interface SignedV4 {
  readonly scope: ScopeV4;
  /** `yyyymmddThhmmssZ` */
  readonly timestamp: string;
  /** Lower case, sorted. */
  readonly additionalHeaders: readonly string[];
}

/** Reads `AK/yyyymmdd/region/oss/aliyun_v4_request`; undefined where it has another number of fields. */
export function readScope(credential: string): ScopeV4 | undefined {
  const fields = credential.split("/");
  const [terminator, product, region, date] = fields.toReversed();
  if (fields.length < 5 || terminator === undefined || product === undefined) return undefined;
  if (region === undefined || date === undefined) return undefined;
  return { accessKeyId: fields.slice(0, -4).join("/"), date, region, product, terminator };
}

/** The canonical request, one character per byte. The URI is `/bucket/key` whatever the addressing, encoded once. */
export function canonicalRequestV4(exchange: Exchange, address: Address, signed: SignedV4): string {
  const uri = address.bucketName === undefined ? "/" : `/${address.bucketName}/${encodePath(address.key)}`;
  const { additionalHeaders } = signed;
  const query = canonicalQuery(exchange.query);
  const headers = canonicalHeaders(exchange.headers, additionalHeaders);
  const payload = exchange.headers["x-oss-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  return `${exchange.method}\n${uri}\n${query}\n${headers}\n${additionalHeaders.join(";")}\n${payload}`;
}

export function stringToSignV4(signed: SignedV4, canonicalRequest: string): string {
  const { date, region, product, terminator } = signed.scope;
  const digest = hash(
    "sha256",
    isAscii(canonicalRequest) ? canonicalRequest : Buffer.from(canonicalRequest, "latin1"),
    "hex",
  );
  return `${V4_ALGORITHM}\n${signed.timestamp}\n${date}/${region}/${product}/${terminator}\n${digest}`;
}

const signs = new Map<string, Sign>();
const MAX_SIGNS = 64;

/** Hex of the HMAC-SHA256 under the key derived from secret, day, region and product; derived keys are kept for the day. */
export function signV4(accessKeySecret: string, scope: ScopeV4, stringToSign: string): string {
  const { date, region, product } = scope;
  const name = `${accessKeySecret}\n${date}\n${region}\n${product}`;
  let sign = signs.get(name);
  if (sign === undefined) {
    sign = createSign(deriveKey(`aliyun_v4${accessKeySecret}`, [date, region, product, "aliyun_v4_request"]));
    if (signs.size >= MAX_SIGNS) signs.clear();
    signs.set(name, sign);
  }
  return sign(stringToSign);
}

function canonicalQuery(query: ReadonlyMap<string, string>): string {
  if (query.size === 0) return "";
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of query) {
    if (name !== "x-oss-signature") pairs.push([encodeStrict(name), encodeStrict(value)]);
  }
  return pairs
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`))
    .join("&");
}

function canonicalHeaders(headers: Exchange["headers"], additional: readonly string[]): string {
  const names = [...additional];
  for (const name in headers) {
    const isSigned = name.startsWith("x-oss-") || name === "content-type" || name === "content-md5";
    if (isSigned && !additional.includes(name)) names.push(name);
  }
  let lines = "";
  for (const name of names.sort()) lines += `${name}:${(headers[name] ?? "").trim()}\n`;
  return lines;
}
