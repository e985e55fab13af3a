import type { StoredObject } from "../core/bucket.ts";
import { escapeXml, xmlElement } from "../core/xml-writer.ts";
import { OWNER, xmlAnswer, type BucketCall, type BucketOperation } from "./call.ts";
import { listPage } from "./listing.ts";
import { refuse } from "./refusal.ts";

const MAX_KEYS = 1000;

export const listObjectsV2: BucketOperation = async (call) => {
  const { query } = call.exchange;
  const asked = readQuery(call);
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const after = token === undefined ? startAfter : readToken(token);
  const page = await listPage(call.store, { ...asked, after });
  const spell = asked.spell;
  const isOwned = query.get("fetch-owner") === "true";
  const inner = [
    xmlElement("Name", call.bucketName),
    named("Prefix", spell(asked.prefix)),
    startAfter === undefined ? "" : named("StartAfter", spell(startAfter)),
    token === undefined ? "" : xmlElement("ContinuationToken", token),
    page.next === undefined ? "" : xmlElement("NextContinuationToken", writeToken(page.next)),
    xmlElement("KeyCount", page.objects.length + page.commonPrefixes.length),
    xmlElement("MaxKeys", asked.limit),
    commonXml(asked, page.next !== undefined),
    contentsXml(page.objects, spell, isOwned),
    prefixesXml(page.commonPrefixes, spell),
  ];
  return xmlAnswer(call, "ListBucketResult", inner.join(""));
};

export const listObjects: BucketOperation = async (call) => {
  const asked = readQuery(call);
  const marker = call.exchange.query.get("marker") ?? "";
  const page = await listPage(call.store, { ...asked, after: marker === "" ? undefined : marker });
  const { spell } = asked;
  // The first version names the next marker only where a delimiter makes it differ from the last key.
  const next = page.next !== undefined && asked.delimiter !== "" ? named("NextMarker", spell(page.next)) : "";
  const inner = [
    xmlElement("Name", call.bucketName),
    named("Prefix", spell(asked.prefix)),
    named("Marker", spell(marker)),
    next,
    xmlElement("MaxKeys", asked.limit),
    commonXml(asked, page.next !== undefined),
    contentsXml(page.objects, spell, true),
    prefixesXml(page.commonPrefixes, spell),
  ];
  return xmlAnswer(call, "ListBucketResult", inner.join(""));
};

/** The versions of a bucket without versioning: every object once, its version id `null`. */
export const listObjectVersions: BucketOperation = async (call) => {
  const asked = readQuery(call);
  const marker = call.exchange.query.get("key-marker") ?? "";
  const page = await listPage(call.store, { ...asked, after: marker === "" ? undefined : marker });
  const { spell } = asked;
  const versions = page.objects.map(
    (object) =>
      `<Version>${entryXml(object, spell)}<VersionId>null</VersionId><IsLatest>true</IsLatest><Owner>${OWNER}</Owner></Version>`,
  );
  const next =
    page.next === undefined
      ? ""
      : `${named("NextKeyMarker", spell(page.next))}<NextVersionIdMarker>null</NextVersionIdMarker>`;
  const inner = [
    xmlElement("Name", call.bucketName),
    named("Prefix", spell(asked.prefix)),
    named("KeyMarker", spell(marker)),
    "<VersionIdMarker/>",
    next,
    xmlElement("MaxKeys", asked.limit),
    commonXml(asked, page.next !== undefined),
    versions.join(""),
    prefixesXml(page.commonPrefixes, spell),
  ];
  return xmlAnswer(call, "ListVersionsResult", inner.join(""));
};

interface Asked {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly encoding: "url" | "none";
  /** How a key is written into the answer. */
  readonly spell: (key: string) => string;
}

function readQuery({ exchange }: BucketCall): Asked {
  const { query } = exchange;
  const encodingType = query.get("encoding-type");
  if (encodingType !== undefined && encodingType !== "url") {
    throw refuse("InvalidArgument", { message: "Invalid Encoding Method specified in Request" });
  }
  const maxKeys = query.get("max-keys") ?? String(MAX_KEYS);
  if (!/^\d{1,10}$/u.test(maxKeys)) {
    const message = "Provided max-keys not an integer or within integer range";
    throw refuse("InvalidArgument", { message, elements: { ArgumentName: "max-keys", ArgumentValue: maxKeys } });
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    limit: Math.min(Number(maxKeys), MAX_KEYS),
    encoding: encodingType ?? "none",
    spell: encodingType === "url" ? urlSpelling : escapeXml,
  };
}

const PLAIN_KEY = /^[A-Za-z0-9\-._*/]*$/u;

/** As Java's URLEncoder spells: a space is `+`; slashes stay. */
export function urlSpelling(key: string): string {
  if (PLAIN_KEY.test(key)) return key;
  const encoded = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
  return encoded.replace(/[!'()~]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function commonXml({ delimiter, encoding, spell }: Asked, isTruncated: boolean): string {
  const delimiterXml = delimiter === "" ? "" : named("Delimiter", spell(delimiter));
  const encodingXml = encoding === "none" ? "" : xmlElement("EncodingType", encoding);
  return `${delimiterXml}${encodingXml}${xmlElement("IsTruncated", isTruncated)}`;
}

function contentsXml(objects: readonly StoredObject[], spell: (key: string) => string, isOwned: boolean): string {
  const owner = isOwned ? `<Owner>${OWNER}</Owner>` : "";
  let xml = "";
  for (const object of objects) xml += `<Contents>${entryXml(object, spell)}${owner}</Contents>`;
  return xml;
}

function entryXml(object: StoredObject, spell: (key: string) => string): string {
  const [checksum] = Object.entries(object.checksums);
  const proof = checksum === undefined ? "" : checksumXml(...checksum);
  return `<Key>${spell(object.key)}</Key><LastModified>${isoDate(object.lastModifiedMs)}</LastModified><ETag>&quot;${object.etag}&quot;</ETag>${proof}<Size>${object.sizeBytes}</Size><StorageClass>${object.storageClass}</StorageClass>`;
}

function checksumXml(algorithm: string, value: string): string {
  const type = value.includes("-") ? "COMPOSITE" : "FULL_OBJECT";
  return `<ChecksumAlgorithm>${algorithm.toUpperCase()}</ChecksumAlgorithm><ChecksumType>${type}</ChecksumType>`;
}

function prefixesXml(prefixes: readonly string[], spell: (key: string) => string): string {
  return prefixes.map((prefix) => `<CommonPrefixes>${named("Prefix", spell(prefix))}</CommonPrefixes>`).join("");
}

/** An element whose text is spelled already. */
function named(name: string, spelled: string): string {
  return `<${name}>${spelled}</${name}>`;
}

const isoDates = new Map<number, string>();

function isoDate(ms: number): string {
  const known = isoDates.get(ms);
  if (known !== undefined) return known;
  if (isoDates.size > 10_000) isoDates.clear();
  const date = new Date(ms).toISOString();
  isoDates.set(ms, date);
  return date;
}

function writeToken(key: string): string {
  return Buffer.from(`1${key}`, "utf8").toString("base64");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64").toString("utf8");
  if (!text.startsWith("1"))
    throw refuse("InvalidArgument", { message: "The continuation token provided is incorrect" });
  return text.slice(1);
}
