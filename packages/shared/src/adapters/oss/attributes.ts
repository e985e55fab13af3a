import { carriedHeaders, type Stored, type TargetAttributes, type TargetObject } from "../../domain/object.ts";
import { Fault } from "../../domain/fault.ts";
import { recordOfMetadata } from "../../domain/source-record.ts";
import { bareEtag } from "../http/etag-text.ts";
import { textOfHeader } from "../http/header-text.ts";
import { httpDateMs } from "../http/http-date.ts";
import { fieldOf, type HeaderFields } from "../http1/header-fields.ts";

const META = "x-oss-meta-";
const CRC64 = "x-oss-hash-crc64ecma";

/** The headers that give a new object its attributes. */
export function headersOfAttributes(attributes: TargetAttributes): Record<string, string> {
  const headers: Record<string, string> = { "x-oss-storage-class": attributes.storageClass };
  for (const name of carriedHeaders) {
    const value = attributes.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const name of Object.keys(attributes.userMetadata))
    headers[metaHeader(name)] = attributes.userMetadata[name] ?? "";
  const { serverSideEncryption } = attributes;
  if (serverSideEncryption !== undefined) {
    headers["x-oss-server-side-encryption"] = serverSideEncryption.algorithm;
    if (serverSideEncryption.kmsKeyId !== undefined) {
      headers["x-oss-server-side-encryption-key-id"] = serverSideEncryption.kmsKeyId;
    }
  }
  return headers;
}

const metaHeaders = new Map<string, string>();
const mostKept = 500;

/** Objects have the same few names of metadata, and a text that is made anew is looked up in V8's table of names each time. */
function metaHeader(name: string): string {
  const known = metaHeaders.get(name);
  if (known !== undefined) return known;
  const header = META + name.toLowerCase();
  if (metaHeaders.size < mostKept) metaHeaders.set(name, header);
  return header;
}

/** What the answer to a HEAD tells. */
export function targetOfHeaders(key: string, headers: HeaderFields): TargetObject {
  const metadata: Record<string, string> = {};
  for (const [name, at] of headers.places) {
    if (name.startsWith(META)) metadata[name.slice(META.length)] = textOfHeader(headers.values[at] ?? "");
  }
  return {
    key,
    sizeBytes: Number(fieldOf(headers, "content-length")),
    lastModifiedMs: httpDateMs(fieldOf(headers, "last-modified") ?? ""),
    recorded: recordOfMetadata(metadata),
    ...storedOfHeaders(headers),
  };
}

/**
 * What the answer to a write, or a HEAD, says is stored. Without an ETag it is not OSS that answered, but something on the
 * way (a proxy's page): TARGET_FAILED, transient.
 */
export function storedOfHeaders(headers: HeaderFields): Stored {
  const etag = fieldOf(headers, "etag");
  if (etag === undefined) throw notOss(headers);
  return { etag: bareEtag(etag), crc64: crcOfHeaders(headers) };
}

/** CRC-64/XZ of the object; undefined where OSS tells none. */
export function crcOfHeaders(headers: HeaderFields): bigint | undefined {
  const crc64 = fieldOf(headers, CRC64);
  return crc64 === undefined ? undefined : BigInt(crc64);
}

/** For an answer of success that OSS would not give. */
export function notOss(headers: HeaderFields): Fault {
  const type = fieldOf(headers, "content-type") ?? "no content type";
  return new Fault("TARGET_FAILED", "transient", { said: `this answer (${type}) is not OSS'` });
}
