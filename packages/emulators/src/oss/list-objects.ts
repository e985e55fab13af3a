import type { StoredObject } from "../core/bucket.ts";
import { OWNER_ID, xmlAnswer, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./limits.ts";
import { listPage, type ListingPage } from "./listing.ts";
import { restoreStateOf } from "./object-headers.ts";
import { encodeStrict } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

const OWNER = `<Owner>${xmlElement("ID", OWNER_ID)}${xmlElement("DisplayName", OWNER_ID)}</Owner>`;

/** ListObjects (V1): marker and NextMarker; always names the owner. */
export const listObjects: BucketOperation = async (call, world) => {
  const { query } = call.exchange;
  const marker = query.get("marker") ?? "";
  const asked = readQuery(call);
  const page = await listPage(call.store, { ...asked, after: marker === "" ? undefined : marker });
  const { encode } = asked;
  return xmlAnswer(
    xmlDocument(
      "ListBucketResult",
      xmlElement("Name", call.bucketName) +
        xmlElement("Prefix", encode(asked.prefix)) +
        xmlElement("Marker", encode(marker)) +
        xmlElement("MaxKeys", asked.limit) +
        xmlElement("Delimiter", encode(asked.delimiter)) +
        asked.encodingType +
        xmlElement("IsTruncated", page.next !== undefined) +
        (page.next === undefined ? "" : xmlElement("NextMarker", encode(page.next))) +
        entries(page, { call, world, encode, owner: OWNER }),
    ),
  );
};

/** ListObjectsV2: start-after and continuation tokens; names the owner only if asked to. */
export const listObjectsV2: BucketOperation = async (call, world) => {
  const { query } = call.exchange;
  const asked = readQuery(call);
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const after = token === undefined || token === "" ? startAfter : readToken(token);
  const page = await listPage(call.store, { ...asked, after: after === "" ? undefined : after });
  const { encode } = asked;
  return xmlAnswer(
    xmlDocument(
      "ListBucketResult",
      xmlElement("Name", call.bucketName) +
        xmlElement("Prefix", encode(asked.prefix)) +
        (startAfter === "" ? "" : xmlElement("StartAfter", encode(startAfter))) +
        xmlElement("MaxKeys", asked.limit) +
        xmlElement("Delimiter", encode(asked.delimiter)) +
        asked.encodingType +
        xmlElement("IsTruncated", page.next !== undefined) +
        (token === undefined ? "" : xmlElement("ContinuationToken", token)) +
        (page.next === undefined ? "" : xmlElement("NextContinuationToken", writeToken(page.next))) +
        entries(page, { call, world, encode, owner: query.get("fetch-owner") === "true" ? OWNER : "" }) +
        xmlElement("KeyCount", page.objects.length + page.commonPrefixes.length),
    ),
  );
};

/** What the two listings, and that of uploads, have in common. */
export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly encode: (text: string) => string;
  /** The element that says how names are encoded, or nothing. */
  readonly encodingType: string;
}

/** Reads prefix, delimiter, encoding-type and the page's size (1 to 1,000). */
export function readPageRequest(call: BucketCall, sizeParameter: string, defaultLimit: number): PageRequest {
  const { query } = call.exchange;
  const encodingType = query.get("encoding-type");
  if (encodingType !== undefined && encodingType !== "url") {
    throw refuse("InvalidArgument", {
      message: "Invalid Encoding Method specified in Request.",
      elements: { ArgumentName: "encoding-type", ArgumentValue: encodingType },
    });
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    limit: readLimit(query.get(sizeParameter), sizeParameter, defaultLimit),
    encode: encodingType === undefined ? (text) => text : encodeStrict,
    encodingType: encodingType === undefined ? "" : xmlElement("EncodingType", encodingType),
  };
}

function readQuery(call: BucketCall): PageRequest {
  return readPageRequest(call, "max-keys", DEFAULT_PAGE);
}

/** Reads the size of a page: 1 to 1,000. */
export function readLimit(text: string | undefined, name: string, defaultLimit: number): number {
  if (text === undefined || text === "") return defaultLimit;
  const limit = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_PAGE) return limit;
  throw refuse("InvalidArgument", {
    message: `Argument ${name} must be an integer between 1 and ${MAX_PAGE}.`,
    elements: { ArgumentName: name, ArgumentValue: text },
  });
}

interface EntryStyle {
  readonly call: BucketCall;
  readonly world: World;
  readonly encode: (text: string) => string;
  readonly owner: string;
}

function entries(page: ListingPage, style: EntryStyle): string {
  let xml = "";
  for (const object of page.objects) xml += entry(object, style);
  for (const prefix of page.commonPrefixes) {
    xml += `<CommonPrefixes>${xmlElement("Prefix", style.encode(prefix))}</CommonPrefixes>`;
  }
  return xml;
}

function entry(object: StoredObject, { call, world, encode, owner }: EntryStyle): string {
  return (
    `<Contents>${xmlElement("Key", encode(object.key))}` +
    `<LastModified>${new Date(object.lastModifiedMs).toISOString().slice(0, 19)}.000Z</LastModified>` +
    `<ETag>"${object.etag}"</ETag><Type>${object.objectType}</Type><Size>${object.sizeBytes}</Size>` +
    `<StorageClass>${object.storageClass}</StorageClass>${restoreInfo(object, call, world)}${owner}</Contents>`
  );
}

function restoreInfo(object: StoredObject, call: BucketCall, world: World): string {
  const restore = restoreStateOf(object, call.bucketName, world, call.nowMs);
  if (restore.state === "ongoing") return xmlElement("RestoreInfo", 'ongoing-request="true"');
  if (restore.state !== "restored") return "";
  const until = new Date(restore.untilMs).toUTCString();
  return xmlElement("RestoreInfo", `ongoing-request="false", expiry-date="${until}"`);
}

// Tokens have no character that a client's URL-decoding would change.
function writeToken(last: string): string {
  return Buffer.from(last, "utf8").toString("base64url");
}

function readToken(token: string): string {
  const last = Buffer.from(token, "base64url").toString("utf8");
  if (last !== "" && writeToken(last) === token) return last;
  throw refuse("InvalidArgument", {
    message: "The continuation token provided is incorrect.",
    elements: { ArgumentName: "continuation-token", ArgumentValue: token },
  });
}
