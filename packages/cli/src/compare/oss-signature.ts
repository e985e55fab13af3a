import { createHmac } from "node:crypto";
import type { ComparedCredentials } from "./sides.ts";

/**
 * The headers that sign a request without a body in OSS' version 1:
 * https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header
 * `resource` is `/bucket/key`, not percent-encoded; none of the queries that the comparer uses belongs into it.
 */
export function signedHeaders(
  method: string,
  resource: string,
  credentials: ComparedCredentials,
  date: Date,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const tokenLine = sessionToken === undefined ? "" : `x-oss-security-token:${sessionToken}\n`;
  const text = `${method}\n\n\n${date.toUTCString()}\n${tokenLine}${resource}`;
  const signature = createHmac("sha1", secretAccessKey).update(text, "utf8").digest("base64");
  return {
    date: date.toUTCString(),
    authorization: `OSS ${accessKeyId}:${signature}`,
    ...(sessionToken === undefined ? {} : { "x-oss-security-token": sessionToken }),
  };
}
