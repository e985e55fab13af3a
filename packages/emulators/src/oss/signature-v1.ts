import { createHmac } from "node:crypto";

import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";
import { bytesOf } from "../core/percent.ts";

/** The query parameters that V1 signs as part of the resource (Alibaba's Go SDKs, signed key lists); besides every `x-oss-*`. */
const SIGNED_PARAMETERS: ReadonlySet<string> = new Set(
  (
    "acl bucketInfo location stat delete append tagging objectMeta uploads uploadId partNumber security-token position " +
    "response-content-type response-content-language response-expires response-cache-control response-content-disposition " +
    "response-content-encoding restore callback callback-var versions versioning versionId sequential continuation-token " +
    "regionList cloudboxes symlink cors logging website referer lifecycle replication replicationLocation " +
    "replicationProgress cname comp qos qosInfo live status vod startTime endTime img style styleName policy " +
    "requestPayment encryption inventory inventoryId worm wormId wormExtend asyncFetch transferAcceleration " +
    "accessmonitor metaQuery resourceGroup select"
  ).split(" "),
);

/**
 * The text that V1 signs, one character per byte. `date` stands in the line of the date: a date for a signature in the
 * header, the time of expiry for one in the URL.
 */
export function stringToSignV1(exchange: Exchange, address: Address, date: string): string {
  const { headers } = exchange;
  return [
    exchange.method,
    headers["content-md5"] ?? "",
    headers["content-type"] ?? "",
    date,
    canonicalHeaders(headers) + canonicalResource(exchange, address),
  ].join("\n");
}

/** The signature of that text: base64 of HMAC-SHA1. */
export function signV1(accessKeySecret: string, stringToSign: string): string {
  return createHmac("sha1", accessKeySecret).update(stringToSign, "latin1").digest("base64");
}

function canonicalHeaders(headers: Exchange["headers"]): string {
  const lines: string[] = [];
  for (const name in headers) {
    if (name.startsWith("x-oss-")) lines.push(`${name}:${(headers[name] ?? "").trim()}\n`);
  }
  return lines.length > 1 ? sortedByName(lines).join("") : (lines[0] ?? "");
}

/** Whole lines must not be compared: `x-oss-meta-a` comes before `x-oss-meta-a-b`, though `:` comes after `-`. */
function sortedByName(lines: string[]): string[] {
  return lines.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(":"));
}

function canonicalResource(exchange: Exchange, address: Address): string {
  const path = address.bucketName === undefined ? "/" : `/${address.bucketName}/${bytesOf(address.key)}`;
  if (exchange.query.size === 0) return path;
  const signed = [...exchange.query]
    .filter(([name]) => SIGNED_PARAMETERS.has(name) || name.startsWith("x-oss-"))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${bytesOf(value)}`));
  return signed.length === 0 ? path : `${path}?${signed.join("&")}`;
}
