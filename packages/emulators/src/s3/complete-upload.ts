import { createHash } from "node:crypto";

import type { ObjectFacts } from "../core/bucket.ts";
import { crc64Combine } from "../core/crc64/crc64.ts";
import { textOf, type XmlElement } from "../core/xml-reader.ts";
import { xmlElement } from "../core/xml-writer.ts";
import { checksumsXml } from "./attributes.ts";
import { alone, readDocument, xmlAnswer, type BucketCall, type BucketOperation } from "./call.ts";
import { checksumOfParts } from "./checksums.ts";
import { checkWriteConditions } from "./conditions.ts";
import { refuse } from "./refusal.ts";
import { requireUpload } from "./upload-parts.ts";
import type { Upload, UploadedPart } from "./uploads.ts";

const MIN_PART_BYTES = 5 * 1024 ** 2;

export const completeMultipartUpload: BucketOperation = async (call, world) => {
  const document = await readDocument(call, "CompleteMultipartUpload");
  return alone(call, world, async () => {
    const upload = requireUpload(call, world);
    const parts = chosenParts(document, upload);
    const facts = await factsOf(upload, parts, world.now());
    checkDeclared(call, upload, parts, facts);
    checkWriteConditions(call.exchange.headers, await call.store.stat(call.key));
    world.uploads.end(upload.uploadId);
    await call.store.commit(
      call.key,
      parts.map(({ draft }) => draft),
      facts,
    );
    const unused = [...upload.parts.values()].filter((part) => !parts.includes(part));
    for (const { draft } of unused) await draft.discard();
    const inner = [
      xmlElement("Location", `http://${call.exchange.headers["host"] ?? ""}${call.exchange.rawPath}`),
      xmlElement("Bucket", call.bucketName),
      xmlElement("Key", call.key),
      xmlElement("ETag", `"${facts.etag}"`),
      checksumsXml(facts, "typed"),
    ];
    return xmlAnswer(call, "CompleteMultipartUploadResult", inner.join(""));
  });
};

/** The parts that the document names, checked as S3 checks them: order, presence, ETag, checksum, size. */
function chosenParts(document: XmlElement, upload: Upload): readonly UploadedPart[] {
  const entries = document.children.filter(({ name }) => name === "Part");
  if (entries.length === 0) throw refuse("MalformedXML");
  let before = 0;
  const parts = entries.map((entry) => {
    const partNumber = Number(textOf(entry, "PartNumber"));
    if (!Number.isInteger(partNumber) || partNumber < 1) throw refuse("MalformedXML");
    if (partNumber <= before) throw refuse("InvalidPartOrder", { elements: { UploadId: upload.uploadId } });
    before = partNumber;
    return chosenPart(entry, partNumber, upload);
  });
  for (const { sizeBytes, partNumber, etag } of parts.slice(0, -1)) {
    if (sizeBytes >= MIN_PART_BYTES) continue;
    throw refuse("EntityTooSmall", {
      elements: {
        ProposedSize: String(sizeBytes),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(partNumber),
        ETag: etag,
      },
    });
  }
  return parts;
}

function chosenPart(entry: XmlElement, partNumber: number, upload: Upload): UploadedPart {
  const part = upload.parts.get(partNumber);
  const etag = textOf(entry, "ETag")?.replaceAll('"', "");
  const { algorithm } = upload;
  const named = textOf(entry, `Checksum${algorithm.toUpperCase()}`);
  const stored = part?.checksums[algorithm];
  if (part === undefined || etag !== part.etag || (named !== undefined && named !== stored)) {
    throw refuse("InvalidPart", {
      elements: { UploadId: upload.uploadId, PartNumber: String(partNumber), ETag: etag ?? "" },
    });
  }
  if (named === undefined && upload.checksumChosenBy === "client" && upload.checksumType === "COMPOSITE") {
    const message = `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`;
    throw refuse("InvalidRequest", { message });
  }
  return part;
}

async function factsOf(upload: Upload, parts: readonly UploadedPart[], nowMs: number): Promise<ObjectFacts> {
  const { algorithm, checksumType } = upload;
  const values = parts.map(({ checksums, sizeBytes }) => ({ value: checksums[algorithm], sizeBytes }));
  const proven = values.flatMap(({ value, sizeBytes }) => (value === undefined ? [] : [{ value, sizeBytes }]));
  const etag = createHash("md5");
  for (const part of parts) etag.update(part.etag, "hex");
  return {
    ...upload.facts,
    etag: `${etag.digest("hex")}-${parts.length}`,
    md5Hex: undefined,
    crc64: crc64OfParts(parts),
    lastModifiedMs: Math.floor(nowMs / 1000) * 1000,
    checksums:
      proven.length < parts.length ? {} : { [algorithm]: await checksumOfParts(algorithm, checksumType, proven) },
    parts: parts.map(({ partNumber, sizeBytes, etag, checksums }) => ({ partNumber, sizeBytes, etag, checksums })),
    restoredUntilMs: undefined,
    objectType: "Multipart",
    symlinkTarget: undefined,
  };
}

function crc64OfParts([first, ...others]: readonly UploadedPart[]): bigint | undefined {
  return others.reduce(
    (crc, { draft }) => (crc === undefined ? undefined : crc64Combine(crc, draft.crc64, draft.sizeBytes)),
    first?.draft.crc64,
  );
}

/** What the client says about the whole object must be what became of the parts. */
function checkDeclared(call: BucketCall, upload: Upload, parts: readonly UploadedPart[], facts: ObjectFacts): void {
  const { headers } = call.exchange;
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const declaredBytes = headers["x-amz-mp-object-size"];
  if (declaredBytes !== undefined && Number(declaredBytes) !== sizeBytes) {
    const message = `The provided 'x-amz-mp-object-size' header value ${declaredBytes} does not match what was computed: ${sizeBytes}`;
    throw refuse("InvalidRequest", { message });
  }
  const declared = headers[`x-amz-checksum-${upload.algorithm}`];
  if (declared !== undefined && declared !== facts.checksums[upload.algorithm]) throw refuse("BadDigest");
}
