import { hash } from "node:crypto";

import type { Exchange } from "../core/exchange.ts";
import { decodePercent, encodePath, encodeStrict, isAscii } from "../core/percent.ts";

const STRICT_PATH = /^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/u;

/** SigV4's canonical request. S3 encodes the path once and normalises nothing. */
export function canonicalRequest(exchange: Exchange, signedHeaders: readonly string[], payloadHash: string): string {
  let headers = "";
  for (const name of signedHeaders) headers += `${name}:${trimmed(exchange.headers[name] ?? "")}\n`;
  const query = canonicalQuery(exchange.rawQuery);
  const names = signedHeaders.join(";");
  return `${exchange.method}\n${canonicalPath(exchange.rawPath)}\n${query}\n${headers}\n${names}\n${payloadHash}`;
}

/** A request's head came as one character per byte, so it is hashed that way too. */
export function sha256Hex(text: string): string {
  return hash("sha256", isAscii(text) ? text : Buffer.from(text, "latin1"), "hex");
}

function canonicalPath(rawPath: string): string {
  if (STRICT_PATH.test(rawPath)) return rawPath;
  return encodePath(decodePercent(rawPath) ?? rawPath);
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs = rawQuery.split("&").flatMap((pair) => {
    const equals = pair.indexOf("=");
    const name = recoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : recoded(pair.slice(equals + 1));
    return pair === "" || name === "X-Amz-Signature" ? [] : [`${name}=${value}`];
  });
  // Names end at "=", which sorts above some characters of names: compare name by name, then value by value.
  return pairs.sort((left, right) => (sortable(left) < sortable(right) ? -1 : 1)).join("&");
}

function sortable(pair: string): string {
  return pair.replace("=", "\u0000");
}

function recoded(text: string): string {
  return encodeStrict(decodePercent(text.replaceAll("+", " ")) ?? text);
}

function trimmed(value: string): string {
  const text = value.trim();
  return text.includes("  ") ? text.replace(/ {2,}/gu, " ") : text;
}
