import type { StoredObject, StoredPart } from "../core/bucket.ts";
import { xmlElement } from "../core/xml-writer.ts";
import { requireObject, xmlAnswer, type BucketOperation } from "./call.ts";
import { refuse } from "./refusal.ts";

const NAMES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"] as const;
type Attribute = (typeof NAMES)[number];

export const getObjectAttributes: BucketOperation = async (call) => {
  const object = await requireObject(call);
  const header = call.exchange.headers["x-amz-object-attributes"] ?? "";
  const asked = header.split(",").map((name) => name.trim());
  const attributes = NAMES.filter((name) => asked.includes(name));
  if (attributes.length === 0 || attributes.length < new Set(asked).size) {
    throw refuse("InvalidArgument", { message: "Invalid attribute name specified." });
  }
  const inner = attributes.map((name) => attributeXml(name, object)).join("");
  return xmlAnswer(call, "GetObjectAttributesResponse", inner, {
    "last-modified": new Date(object.lastModifiedMs).toUTCString(),
  });
};

function attributeXml(name: Attribute, object: StoredObject): string {
  switch (name) {
    // The only place where S3 writes an ETag without quotes.
    case "ETag":
      return xmlElement("ETag", object.etag);
    case "Checksum":
      return Object.keys(object.checksums).length === 0 ? "" : `<Checksum>${checksumsXml(object, "typed")}</Checksum>`;
    case "ObjectParts":
      return object.parts.length === 0 ? "" : partsXml(object.parts);
    case "StorageClass":
      return xmlElement("StorageClass", object.storageClass);
    case "ObjectSize":
      return xmlElement("ObjectSize", object.sizeBytes);
    default:
      return name satisfies never;
  }
}

function partsXml(parts: readonly StoredPart[]): string {
  // Parts are listed only where they have checksums of their own.
  const listed = parts.every(({ checksums }) => Object.keys(checksums).length > 0)
    ? parts.map(
        (part) =>
          `<Part>${xmlElement("PartNumber", part.partNumber)}${xmlElement("Size", part.sizeBytes)}${checksumsXml(part, "untyped")}</Part>`,
      )
    : [];
  return `<ObjectParts>${xmlElement("PartsCount", parts.length)}<IsTruncated>false</IsTruncated>${listed.join("")}</ObjectParts>`;
}

/** `<ChecksumCRC32>…` and its like, as every answer writes them. */
export function checksumsXml({ checksums }: Pick<StoredObject, "checksums">, style: "typed" | "untyped"): string {
  return Object.entries(checksums)
    .map(([algorithm, value]) => {
      const type = value.includes("-") ? "COMPOSITE" : "FULL_OBJECT";
      return `${xmlElement(`Checksum${algorithm.toUpperCase()}`, value)}${style === "typed" ? xmlElement("ChecksumType", type) : ""}`;
    })
    .join("");
}
