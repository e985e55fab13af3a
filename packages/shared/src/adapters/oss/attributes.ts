import { carriedHeaders, type Stored, type TargetAttributes, type TargetObject } from "../../domain/object.ts";
import { Fault } from "../../domain/fault.ts";
import { recordOfMetadata } from "../../domain/source-record.ts";
import { textOfHeader } from "../http/header-text.ts";
import { type AnswerHeaders, headerOf } from "../http/http.ts";

const META = "x-oss-meta-";
const CRC64 = "x-oss-hash-crc64ecma";

/** The headers that give a new object its attributes. */
export function headersOfAttributes(attributes: TargetAttributes): Record<string, string> {
  const headers: Record<string, string> = { "x-oss-storage-class": attributes.storageClass };
  for (const name of carriedHeaders) {
    const value = attributes.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const [name, value] of Object.entries(attributes.userMetadata)) headers[META + name.toLowerCase()] = value;
  const { serverSideEncryption } = attributes;
  if (serverSideEncryption !== undefined) {
    headers["x-oss-server-side-encryption"] = serverSideEncryption.algorithm;
    if (serverSideEncryption.kmsKeyId !== undefined) {
      headers["x-oss-server-side-encryption-key-id"] = serverSideEncryption.kmsKeyId;
    }
  }
  return headers;
}

/** What the answer to a HEAD tells. */
export function targetOfHeaders(key: string, headers: AnswerHeaders): TargetObject {
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith(META)) metadata[name.slice(META.length)] = textOfHeader(headerOf(headers, name) ?? "");
  }
  return {
    key,
    sizeBytes: Number(headerOf(headers, "content-length")),
    lastModifiedMs: Date.parse(headerOf(headers, "last-modified") ?? ""),
    recorded: recordOfMetadata(metadata),
    ...storedOfHeaders(headers),
  };
}

/**
 * What the answer to a write, or a HEAD, says is stored. Without an ETag it is not OSS that answered, but something on the
 * way (a proxy's page): TARGET_FAILED, transient.
 */
export function storedOfHeaders(headers: AnswerHeaders): Stored {
  const etag = headerOf(headers, "etag");
  if (etag === undefined) throw notOss(headers);
  return { etag: etag.replaceAll('"', ""), crc64: crcOfHeaders(headers) };
}

/** CRC-64/XZ of the object; undefined where OSS tells none. */
export function crcOfHeaders(headers: AnswerHeaders): bigint | undefined {
  const crc64 = headerOf(headers, CRC64);
  return crc64 === undefined ? undefined : BigInt(crc64);
}

/** For an answer of success that OSS would not give. */
export function notOss(headers: AnswerHeaders): Fault {
  const type = headerOf(headers, "content-type") ?? "no content type";
  return new Fault("TARGET_FAILED", "transient", { said: `this answer (${type}) is not OSS'` });
}
