import { compareKeys } from "../core/key-index.ts";
import { escapeXml, xmlElement } from "../core/xml-writer.ts";
import { checksumsXml } from "./attributes.ts";
import { OWNER, OWNER_ID, xmlAnswer, type BucketCall, type BucketOperation } from "./call.ts";
import { urlSpelling } from "./list-objects.ts";
import { requireUpload } from "./upload-parts.ts";
import type { Upload } from "./uploads.ts";

const MAX_ENTRIES = 1000;
const PEOPLE = `<Initiator><ID>${OWNER_ID}</ID><DisplayName>emulator</DisplayName></Initiator><Owner>${OWNER}</Owner>`;

export const listParts: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  const limit = limitOf(call, "max-parts");
  const marker = Number(call.exchange.query.get("part-number-marker") ?? "0");
  const later = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((left, right) => left.partNumber - right.partNumber);
  const page = later.slice(0, limit);
  const parts = page.map(
    (part) =>
      `<Part>${xmlElement("PartNumber", part.partNumber)}${xmlElement("LastModified", new Date(part.lastModifiedMs).toISOString())}${xmlElement("ETag", `"${part.etag}"`)}${xmlElement("Size", part.sizeBytes)}${checksumsXml(part, "untyped")}</Part>`,
  );
  const isTruncated = later.length > page.length;
  const inner = [
    xmlElement("Bucket", call.bucketName),
    xmlElement("Key", call.key),
    xmlElement("UploadId", upload.uploadId),
    PEOPLE,
    xmlElement("StorageClass", upload.facts.storageClass),
    xmlElement("PartNumberMarker", marker),
    isTruncated ? xmlElement("NextPartNumberMarker", page.at(-1)?.partNumber ?? marker) : "",
    xmlElement("MaxParts", limit),
    xmlElement("IsTruncated", isTruncated),
    parts.join(""),
  ];
  return xmlAnswer(call, "ListPartsResult", inner.join(""));
};

export const listMultipartUploads: BucketOperation = async (call, world) => {
  const { query } = call.exchange;
  const prefix = query.get("prefix") ?? "";
  const limit = limitOf(call, "max-uploads");
  const spell = query.get("encoding-type") === "url" ? urlSpelling : escapeXml;
  const later = world.uploads
    .of(call.bucketName)
    .filter((upload) => upload.key.startsWith(prefix) && isLater(call, upload));
  const page = later.slice(0, limit);
  const last = page.at(-1);
  const isTruncated = later.length > page.length;
  const inner = [
    xmlElement("Bucket", call.bucketName),
    `<KeyMarker>${spell(query.get("key-marker") ?? "")}</KeyMarker>`,
    xmlElement("UploadIdMarker", query.get("upload-id-marker") ?? ""),
    `<Prefix>${spell(prefix)}</Prefix>`,
    isTruncated && last !== undefined
      ? `<NextKeyMarker>${spell(last.key)}</NextKeyMarker>${xmlElement("NextUploadIdMarker", last.uploadId)}`
      : "",
    xmlElement("MaxUploads", limit),
    query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "",
    xmlElement("IsTruncated", isTruncated),
    ...page.map((upload) => uploadXml(upload, spell)),
  ];
  return xmlAnswer(call, "ListMultipartUploadsResult", inner.join(""));
};

/** Behind the markers: a greater key, or the marker's key and an upload behind the marked one. */
function isLater(call: BucketCall, upload: Upload): boolean {
  const keyMarker = call.exchange.query.get("key-marker");
  if (keyMarker === undefined || keyMarker === "") return true;
  const order = compareKeys(upload.key, keyMarker);
  if (order !== 0) return order > 0;
  const idMarker = call.exchange.query.get("upload-id-marker");
  return idMarker !== undefined && idMarker !== "" && upload.uploadId > idMarker;
}

function uploadXml(upload: Upload, spell: (key: string) => string): string {
  return `<Upload><Key>${spell(upload.key)}</Key>${xmlElement("UploadId", upload.uploadId)}${PEOPLE}${xmlElement("StorageClass", upload.facts.storageClass)}${xmlElement("Initiated", new Date(upload.initiatedMs).toISOString())}</Upload>`;
}

function limitOf({ exchange }: BucketCall, name: string): number {
  const asked = Number(exchange.query.get(name) ?? MAX_ENTRIES);
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, MAX_ENTRIES) : MAX_ENTRIES;
}
