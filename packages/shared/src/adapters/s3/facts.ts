import { carriedHeaders, type CarriedHeader, type SourceFacts } from "../../domain/object.ts";
import { Fault } from "../../domain/fault.ts";
import { bareEtag } from "../http/etag-text.ts";
import { textOfHeader } from "../http/header-text.ts";
import { httpDateMs } from "../http/http-date.ts";
import { fieldOf, type HeaderFields } from "../http1/header-fields.ts";

const META = "x-amz-meta-";
const CHECKSUM = "x-amz-checksum-";
/** The checksum of an object in parts may be one of the parts' checksums: `…-3`. */
const COMPOSITE = /-\d+$/;

/**
 * The facts that an answer's headers tell; `sizeBytes` is that of the whole object. Without an ETag it is not S3 that
 * answered, but something on the way (a proxy's page): SOURCE_FAILED, transient.
 */
export function factsOf(key: string, sizeBytes: number, headers: HeaderFields): SourceFacts {
  if (fieldOf(headers, "etag") === undefined) {
    const type = fieldOf(headers, "content-type") ?? "no content type";
    throw new Fault("SOURCE_FAILED", "transient", { said: `an answer without ETag (${type}): this is not S3` });
  }
  const { values } = headers;
  const shape = shapeOf(headers.places);
  const carried: Partial<Record<CarriedHeader, string>> = {};
  for (const { name, place } of shape.carried) carried[name] = textOfHeader(values[place] ?? "");
  dropTransferCoding(carried);
  const userMetadata: Record<string, string> = {};
  for (const { name, place } of shape.metadata) userMetadata[name] = decodeWords(textOfHeader(values[place] ?? ""));
  const checksums: Record<string, string> = {};
  if (fieldOf(headers, "x-amz-checksum-type") !== "COMPOSITE") {
    for (const { name, place } of shape.checksums) {
      const value = values[place] ?? "";
      if (!COMPOSITE.test(value)) checksums[name] = value;
    }
  }
  return {
    key,
    sizeBytes,
    etag: bareEtag(fieldOf(headers, "etag") ?? ""),
    lastModifiedMs: httpDateMs(fieldOf(headers, "last-modified") ?? ""),
    // S3 sends the class of all objects but the ordinary ones.
    storageClass: fieldOf(headers, "x-amz-storage-class") ?? "STANDARD",
    headers: carried,
    userMetadata,
    checksums,
    encryption: fieldOf(headers, "x-amz-server-side-encryption") ?? customerKeyOf(headers),
  };
}

/** Where an answer has what becomes part of an object's facts. */
interface Shape {
  readonly carried: readonly { readonly name: CarriedHeader; readonly place: number }[];
  readonly metadata: readonly Named[];
  readonly checksums: readonly Named[];
}

interface Named {
  readonly name: string;
  readonly place: number;
}

/** By the map that answers with the same names share: to look for them in each answer takes a hundredth of a small copy. */
const shapes = new WeakMap<HeaderFields["places"], Shape>();

function shapeOf(places: HeaderFields["places"]): Shape {
  const known = shapes.get(places);
  if (known !== undefined) return known;
  const behind = (prefix: string): readonly Named[] =>
    [...places].flatMap(([name, place]) =>
      name.startsWith(prefix) ? [{ name: name.slice(prefix.length), place }] : [],
    );
  const shape = {
    carried: carriedHeaders.flatMap((name) => {
      const place = places.get(name);
      return place === undefined ? [] : [{ name, place }];
    }),
    metadata: behind(META),
    checksums: behind(CHECKSUM).filter(({ name }) => name !== "type"),
  };
  shapes.set(places, shape);
  return shape;
}

/** Under SSE-C S3 names the algorithm of the customer's key instead. */
function customerKeyOf(headers: HeaderFields): string | undefined {
  return fieldOf(headers, "x-amz-server-side-encryption-customer-algorithm") === undefined ? undefined : "customer-key";
}

/** `aws-chunked` says how an SDK once sent the body, not how the object is encoded. */
function dropTransferCoding(headers: Partial<Record<CarriedHeader, string>>): void {
  const codings = headers["content-encoding"];
  if (codings === undefined || !codings.includes("aws-chunked")) return;
  const rest = codings.split(",").map((coding) => coding.trim());
  const kept = rest.filter((coding) => coding !== "aws-chunked" && coding !== "");
  if (kept.length === 0) delete headers["content-encoding"];
  else headers["content-encoding"] = kept.join(",");
}

/** S3 sends metadata beyond ASCII as RFC 2047 words: `=?UTF-8?B?5pel5pys?=`. */
function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  const joined = value.replaceAll(/\?=\s+=\?/g, "?==?");
  return joined.replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, coding: string, text: string) =>
    coding.toUpperCase() === "B" ? Buffer.from(text, "base64").toString() : decodeQuoted(text),
  );
}

function decodeQuoted(text: string): string {
  const bytes = text
    .replaceAll("_", " ")
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
