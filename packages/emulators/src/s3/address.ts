import type { Exchange } from "../core/exchange.ts";
import { decodePercent } from "../core/percent.ts";

/** Which bucket and which key a request means. */
export interface Address {
  /** "" for the service itself (the list of buckets). */
  readonly bucketName: string;
  /** Byte for byte as the client meant it, decoded once; "" where the request is about the bucket. */
  readonly key: string;
  /** The path is not percent-encoded UTF-8: there is no such key. */
  readonly malformed: boolean;
}

/** Virtual-hosted style by the Host header, else path style. */
export function addressOf(exchange: Exchange, isBucket: (name: string) => boolean): Address {
  const path = exchange.rawPath.slice(1);
  const hosted = hostBucket(exchange.headers["host"] ?? "", isBucket);
  if (hosted !== undefined) return addressed(hosted, path);
  const slash = path.indexOf("/");
  return slash < 0 ? addressed(path, "") : addressed(path.slice(0, slash), path.slice(slash + 1));
}

function addressed(bucketName: string, rawKey: string): Address {
  const key = decodePercent(rawKey);
  return { bucketName, key: key ?? "", malformed: key === undefined };
}

const AMAZON = /^(.+)\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com$/u;

function hostBucket(header: string, isBucket: (name: string) => boolean): string | undefined {
  const last = header.charCodeAt(0);
  // The common case first: an address of digits.
  if (last >= 0x30 && last <= 0x39 && /^[\d.]+(?::\d+)?$/u.test(header)) return undefined;
  const host = header.replace(/:\d+$/u, "");
  const amazon = AMAZON.exec(host)?.[1];
  if (amazon !== undefined) return amazon;
  if (host.endsWith(".localhost")) return host.slice(0, -".localhost".length);
  // A bucket's name may hold dots: every way to cut the host is tried, the longest name first.
  for (let dot = host.lastIndexOf("."); dot > 0; dot = host.lastIndexOf(".", dot - 1)) {
    if (isBucket(host.slice(0, dot))) return host.slice(0, dot);
  }
  return undefined;
}
