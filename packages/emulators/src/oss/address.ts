import type { Exchange } from "../core/exchange.ts";
import { decodePercent } from "../core/percent.ts";

/** Which bucket and which key a request means. */
export interface Address {
  /** Undefined for the service itself (the list of buckets). */
  readonly bucketName: string | undefined;
  /** Byte for byte as the client meant it, decoded once; "" where the request is about the bucket. */
  readonly key: string;
  /** The path is not percent-encoded UTF-8: there is no such key. */
  readonly malformed: boolean;
  /** The region that the Host names (`oss-cn-hangzhou[-internal].aliyuncs.com`), where it names one. */
  readonly hostRegion: string | undefined;
}

/** The oldest endpoint, `oss.aliyuncs.com`, names no region. */
const OSS_HOST = /^(?:(.*)\.)?oss(?:-([a-z0-9-]+?))?(?:-internal)?\.aliyuncs\.com$/u;
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/iu;

/**
 * Finds the bucket in the Host header (OSS' own style; the bucket is the first label) or in the path (an IP address or a
 * bare host name).
 */
export function addressOf(exchange: Exchange, isBucket: (name: string) => boolean): Address {
  const host = hostOf(exchange.headers["host"] ?? "");
  const virtual = hostBucket(host, isBucket);
  if (virtual !== undefined && virtual.bucketName !== undefined) {
    return addressed(virtual.bucketName, exchange.rawPath.slice(1), virtual.hostRegion);
  }
  const hostRegion = virtual?.hostRegion;
  const path = exchange.rawPath.slice(1);
  if (path === "") return { bucketName: undefined, key: "", malformed: false, hostRegion };
  const slash = path.indexOf("/");
  return slash === -1
    ? addressed(path, "", hostRegion)
    : addressed(path.slice(0, slash), path.slice(slash + 1), hostRegion);
}

/**
 * OSS reads a `+` in the path as a blank: Alibaba's Go SDK of 2020 writes blanks so, and clients that leave a `+` of the
 * key as it is are refused with SignatureDoesNotMatch (aliyun-oss-java-sdk issue 241, aliyun-oss-go-sdk issue 439).
 */
function addressed(bucketName: string, rawKey: string, hostRegion: string | undefined): Address {
  const key = decodePercent(rawKey.includes("+") ? rawKey.replaceAll("+", " ") : rawKey);
  return { bucketName, key: key ?? "", malformed: key === undefined, hostRegion };
}

function hostOf(header: string): string {
  const colon = header.lastIndexOf(":");
  return colon === -1 || header.endsWith("]") ? header : header.slice(0, colon);
}

interface HostBucket {
  readonly bucketName: string | undefined;
  readonly hostRegion: string | undefined;
}

function hostBucket(host: string, isBucket: (name: string) => boolean): HostBucket | undefined {
  if (host.endsWith(".aliyuncs.com")) {
    const match = OSS_HOST.exec(host);
    if (match === null) return undefined;
    // ali-oss asks for the list of buckets with an empty first label, or with the word "undefined" for it.
    const [, label] = match;
    const isNone = label === undefined || label === "" || label === "undefined";
    return { bucketName: isNone ? undefined : label, hostRegion: match[2] };
  }
  const dot = host.indexOf(".");
  if (dot <= 0 || IP_ADDRESS.test(host)) return undefined;
  const label = host.slice(0, dot);
  return isBucket(label) || host.endsWith(".localhost") ? { bucketName: label, hostRegion: undefined } : undefined;
}
