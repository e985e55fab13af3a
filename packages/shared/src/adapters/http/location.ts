import { isIP } from "node:net";

import { encodePath } from "./percent.ts";

/** How requests reach a bucket. */
export interface Location {
  /** `https://host[:port]` to connect to. */
  readonly origin: string;
  /** The Host header, with the port where it is not the usual one. */
  readonly host: string;
  readonly bucketPath: string;
  pathOf(key: string): string;
}

/**
 * Where a bucket is: `bucket.host` where names allow it, `host/bucket` where asked for, where the host is an IP address or
 * `localhost`, and where a dot in the bucket's name would break the certificate of https.
 */
export function locate(endpoint: string, bucket: string, style: "path" | "virtual"): Location {
  const { protocol, host, hostname } = new URL(endpoint);
  const isBareHost = isIP(hostname.replaceAll(/[[\]]/g, "")) !== 0 || hostname === "localhost";
  const isPath = style === "path" || isBareHost || (protocol === "https:" && bucket.includes("."));
  const named = isPath ? host : `${bucket}.${host}`;
  const start = isPath ? `/${bucket}/` : "/";
  return {
    origin: `${protocol}//${named}`,
    host: named,
    bucketPath: isPath ? `/${bucket}` : "/",
    pathOf: (key) => start + encodePath(key),
  };
}
