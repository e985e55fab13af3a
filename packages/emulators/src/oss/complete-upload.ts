import { hash } from "node:crypto";

import { crc64Combine } from "../core/crc64/crc64.ts";
import { receiveDocument } from "./bodies.ts";
import { xmlAnswer, type BucketCall, type BucketOperation } from "./call.ts";
import { MIN_PART_BYTES } from "./limits.ts";
import { checkObjectAcl, encryptionHeaders } from "./object-facts.ts";
import { encodePath, encodeStrict } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { requireUpload } from "./upload-parts.ts";
import type { Upload, UploadedPart } from "./uploads.ts";
import { PLAIN_FACTS, refuseOverwrite, writeObject } from "./write-object.ts";
import { readXml, textOf } from "../core/xml-reader.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/**
 * CompleteMultipartUpload. Once the parts are judged nothing depends on the client any more: a connection lost from
 * here on leaves a completed object, and a second attempt finds no upload.
 */
export const completeMultipartUpload: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  const acl = checkObjectAcl(call.exchange.headers["x-oss-object-acl"] ?? "default");
  const document = await receiveDocument(call);
  const parts =
    call.exchange.headers["x-oss-complete-all"] === "yes" ? allParts(upload, document) : chosenParts(upload, document);
  for (const part of parts.slice(0, -1)) {
    if (part.draft.sizeBytes < MIN_PART_BYTES) throw tooSmall(part);
  }
  await refuseOverwrite(call);
  // Another attempt may have completed it while this one waited.
  requireUpload(call, world);
  world.uploads.close(upload);
  const digests = Buffer.concat(parts.map(({ draft }) => Buffer.from(draft.md5Hex, "hex")));
  const etag = `${hash("md5", digests, "hex").toUpperCase()}-${parts.length}`;
  const crc64 = combinedCrc(parts);
  try {
    await writeObject(
      call,
      world,
      parts.map(({ draft }) => draft),
      {
        ...PLAIN_FACTS,
        ...upload.stated,
        acl,
        etag,
        md5Hex: undefined,
        crc64,
        lastModifiedMs: call.nowMs,
        objectType: "Multipart",
        parts: parts.map((part) => ({
          partNumber: part.partNumber,
          sizeBytes: part.draft.sizeBytes,
          etag: part.etag,
          checksums: {},
        })),
      },
    );
  } catch (error) {
    world.uploads.reopen(upload);
    throw error;
  }
  for (const part of upload.parts.values()) if (!parts.includes(part)) await part.draft.discard();
  return xmlAnswer(resultDocument(call, etag), {
    etag: `"${etag}"`,
    ...(crc64 === undefined ? {} : { "x-oss-hash-crc64ecma": crc64.toString() }),
    ...encryptionHeaders(upload.stated.headers),
  });
};

function resultDocument(call: BucketCall, etag: string): Buffer {
  const isEncoded = call.exchange.query.get("encoding-type") === "url";
  const { bucketName, key } = call;
  return xmlDocument(
    "CompleteMultipartUploadResult",
    (isEncoded ? xmlElement("EncodingType", "url") : "") +
      xmlElement("Location", `http://${call.exchange.headers["host"] ?? bucketName}/${encodePath(key)}`) +
      xmlElement("Bucket", bucketName) +
      xmlElement("Key", isEncoded ? encodeStrict(key) : key) +
      xmlElement("ETag", `"${etag}"`),
  );
}

function allParts(upload: Upload, document: string): readonly UploadedPart[] {
  if (document !== "") {
    throw refuse("InvalidArgument", { message: "Should not speficy both complete all header and http body." });
  }
  const parts = [...upload.parts.values()].sort((one, other) => one.partNumber - other.partNumber);
  if (parts.length === 0) throw refuse("InvalidPart");
  return parts;
}

/** The parts that the document names: each there, with that ETag, numbers strictly ascending. */
function chosenParts(upload: Upload, document: string): readonly UploadedPart[] {
  const root = readXml(document);
  if (root?.name !== "CompleteMultipartUpload" || root.children.length === 0) throw refuse("MalformedXML");
  let previous = 0;
  return root.children.map((element) => {
    const partNumber = Number(textOf(element, "PartNumber") ?? Number.NaN);
    const etag = textOf(element, "ETag");
    if (element.name !== "Part" || !Number.isInteger(partNumber) || etag === undefined) throw refuse("MalformedXML");
    if (partNumber <= previous) throw refuse("InvalidPartOrder", { elements: { UploadId: upload.uploadId } });
    previous = partNumber;
    const part = upload.parts.get(partNumber);
    if (part === undefined || part.etag !== etag.trim().replaceAll('"', "").toUpperCase()) {
      throw refuse("InvalidPart", {
        elements: { UploadId: upload.uploadId, PartNumber: String(partNumber), ETag: etag },
      });
    }
    return part;
  });
}

function tooSmall(part: UploadedPart): Error {
  return refuse("EntityTooSmall", {
    elements: {
      ProposedSize: String(part.draft.sizeBytes),
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(part.partNumber),
      ETag: part.etag,
    },
  });
}

/** OSS knows the CRC of the whole only if it knows that of every part. */
function combinedCrc(parts: readonly UploadedPart[]): bigint | undefined {
  let combined = 0n;
  for (const { crc64, draft } of parts) {
    if (crc64 === undefined) return undefined;
    combined = crc64Combine(combined, crc64, draft.sizeBytes);
  }
  return combined;
}
