import { xmlAnswer, type BucketOperation } from "./call.ts";
import { readLimit, readPageRequest } from "./list-objects.ts";
import { groupOf } from "./listing.ts";
import { MAX_PAGE } from "./limits.ts";
import { encodeStrict } from "../core/percent.ts";
import { requireUpload } from "./upload-parts.ts";
import type { Upload } from "./uploads.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/** ListParts: by number, 1,000 to a page. */
export const listParts: BucketOperation = async (call, world) => {
  const { query } = call.exchange;
  const upload = requireUpload(call, world);
  const limit = readLimit(query.get("max-parts"), "max-parts", MAX_PAGE);
  const marker = Number(query.get("part-number-marker") ?? 0) || 0;
  const rest = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((one, other) => one.partNumber - other.partNumber);
  const page = rest.slice(0, limit);
  const isEncoded = query.get("encoding-type") === "url";
  const parts = page.map(
    (part) =>
      `<Part>${xmlElement("PartNumber", part.partNumber)}` +
      xmlElement("LastModified", new Date(part.lastModifiedMs).toISOString()) +
      xmlElement("ETag", `"${part.etag}"`) +
      (part.crc64 === undefined ? "" : xmlElement("HashCrc64ecma", part.crc64.toString())) +
      `${xmlElement("Size", part.draft.sizeBytes)}</Part>`,
  );
  return xmlAnswer(
    xmlDocument(
      "ListPartsResult",
      (isEncoded ? xmlElement("EncodingType", "url") : "") +
        xmlElement("Bucket", call.bucketName) +
        xmlElement("Key", isEncoded ? encodeStrict(call.key) : call.key) +
        xmlElement("UploadId", upload.uploadId) +
        xmlElement("StorageClass", upload.stated.storageClass) +
        xmlElement("PartNumberMarker", marker) +
        xmlElement("NextPartNumberMarker", page.at(-1)?.partNumber ?? marker) +
        xmlElement("MaxParts", limit) +
        xmlElement("IsTruncated", rest.length > page.length) +
        parts.join(""),
    ),
  );
};

/** ListMultipartUploads: by key, then by id; keys grouped as in the listing of objects. */
export const listMultipartUploads: BucketOperation = async (call, world) => {
  const { query } = call.exchange;
  const asked = readPageRequest(call, "max-uploads", MAX_PAGE);
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const rest = inOrder(world.uploads.inBucket(call.bucketName)).filter(
    (upload) => upload.key.startsWith(asked.prefix) && isBehind(upload, keyMarker, idMarker),
  );
  const commonPrefixes = new Set<string>();
  const page: Upload[] = [];
  let last: { key: string; uploadId: string } | undefined;
  let isTruncated = false;
  for (const upload of rest) {
    const group = groupOf(upload.key, asked);
    if (group !== undefined && (group === keyMarker || commonPrefixes.has(group))) continue;
    isTruncated = page.length + commonPrefixes.size === asked.limit;
    if (isTruncated) break;
    if (group === undefined) page.push(upload);
    else commonPrefixes.add(group);
    last = group === undefined ? upload : { key: group, uploadId: "" };
  }
  const { encode } = asked;
  return xmlAnswer(
    xmlDocument(
      "ListMultipartUploadsResult",
      asked.encodingType +
        xmlElement("Bucket", call.bucketName) +
        xmlElement("KeyMarker", encode(keyMarker)) +
        xmlElement("UploadIdMarker", idMarker) +
        xmlElement("NextKeyMarker", isTruncated ? encode(last?.key ?? "") : "") +
        xmlElement("NextUploadIdMarker", isTruncated ? (last?.uploadId ?? "") : "") +
        xmlElement("Delimiter", encode(asked.delimiter)) +
        xmlElement("Prefix", encode(asked.prefix)) +
        xmlElement("MaxUploads", asked.limit) +
        xmlElement("IsTruncated", isTruncated) +
        page.map((upload) => entry(upload, encode)).join("") +
        [...commonPrefixes]
          .map((group) => `<CommonPrefixes>${xmlElement("Prefix", encode(group))}</CommonPrefixes>`)
          .join(""),
    ),
  );
};

function entry(upload: Upload, encode: (text: string) => string): string {
  return (
    `<Upload>${xmlElement("Key", encode(upload.key))}${xmlElement("UploadId", upload.uploadId)}` +
    xmlElement("StorageClass", upload.stated.storageClass) +
    `${xmlElement("Initiated", new Date(upload.initiatedMs).toISOString())}</Upload>`
  );
}

function inOrder(uploads: readonly Upload[]): readonly Upload[] {
  return [...uploads].sort(
    (one, other) =>
      Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)) || (one.uploadId < other.uploadId ? -1 : 1),
  );
}

/** With an id marker the key's own later uploads are still to come; without one the key is done with. */
function isBehind(upload: Upload, keyMarker: string, idMarker: string): boolean {
  const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker));
  return order > 0 || (order === 0 && idMarker !== "" && upload.uploadId > idMarker);
}
