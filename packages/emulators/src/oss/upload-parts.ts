import type { Draft } from "../core/bucket.ts";
import { receiveContent } from "./bodies.ts";
import { emptyAnswer, settingsOf, xmlAnswer, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { openCopySource } from "./copy-object.ts";
import { MAX_PART_NUMBER } from "./limits.ts";
import { encryptionHeaders, readStatedFacts } from "./object-facts.ts";
import { decideRange } from "../core/ranges.ts";
import { refuse } from "./refusal.ts";
import type { Upload } from "./uploads.ts";
import { refuseOverwrite } from "./write-object.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/** InitiateMultipartUpload: everything but the content and the ACL is stated here; the ACL with the completion. */
export const initiateMultipartUpload: BucketOperation = async (call, world) => {
  const stated = readStatedFacts(call.exchange, settingsOf(world, call.bucketName).storageClass);
  await refuseOverwrite(call);
  const { bucketName, key } = call;
  const upload = world.uploads.open({
    bucketName,
    key,
    initiatedMs: call.nowMs,
    stated: { ...stated, acl: "default" },
  });
  const isEncoded = call.exchange.query.get("encoding-type") === "url";
  return xmlAnswer(
    xmlDocument(
      "InitiateMultipartUploadResult",
      xmlElement("Bucket", bucketName) +
        xmlElement("Key", isEncoded ? encodeURIComponent(key) : key) +
        xmlElement("UploadId", upload.uploadId) +
        (isEncoded ? xmlElement("EncodingType", "url") : ""),
    ),
    encryptionHeaders(stated.headers),
  );
};

/** UploadPart: a number sent again replaces what it held. Its size is judged when the upload is completed. */
export const uploadPart: BucketOperation = async (call, world) => {
  const partNumber = readPartNumber(call);
  const upload = requireUpload(call, world);
  const draft = await receiveContent(call);
  await addPart(call, world, { upload, partNumber, draft, crc64: draft.crc64 });
  return emptyAnswer(200, {
    etag: `"${draft.md5Hex.toUpperCase()}"`,
    "content-md5": Buffer.from(draft.md5Hex, "hex").toString("base64"),
    "x-oss-hash-crc64ecma": draft.crc64.toString(),
    ...encryptionHeaders(upload.stated.headers),
  });
};

/** UploadPartCopy: a part taken from an object, or from a range of one. Such a part has no CRC. */
export const uploadPartCopy: BucketOperation = async (call, world) => {
  const partNumber = readPartNumber(call);
  const upload = requireUpload(call, world);
  const source = await openCopySource(call, world);
  if (source === "not-modified") return { status: 304, headers: {}, body: Buffer.alloc(0) };
  const { object, store } = source;
  const { headers } = call.exchange;
  const range = decideRange(headers["x-oss-copy-source-range"], headers["x-oss-range-behavior"], object.sizeBytes);
  if (range.kind === "unsatisfiable") throw refuse("InvalidRange");
  const { start, end } = range.kind === "whole" ? { start: 0, end: object.sizeBytes } : range;
  const draft = await call.store.draft(store.read(object.key, start, end));
  await addPart(call, world, { upload, partNumber, draft, crc64: undefined });
  const etag = `"${draft.md5Hex.toUpperCase()}"`;
  return xmlAnswer(
    xmlDocument(
      "CopyPartResult",
      xmlElement("LastModified", new Date(call.nowMs).toISOString()) + xmlElement("ETag", etag),
    ),
    { etag },
  );
};

/** AbortMultipartUpload: forgets the parts. */
export const abortMultipartUpload: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  world.uploads.close(upload);
  await discardParts(upload);
  return emptyAnswer(204);
};

async function discardParts(upload: Upload): Promise<void> {
  for (const { draft } of upload.parts.values()) await draft.discard();
}

/** The upload that `uploadId` names. Refuses with NoSuchUpload. */
export function requireUpload(call: BucketCall, world: World): Upload {
  const uploadId = call.exchange.query.get("uploadId");
  const upload = uploadId === undefined ? undefined : world.uploads.find(call.bucketName, call.key, uploadId);
  if (upload === undefined) throw refuse("NoSuchUpload", { elements: { UploadId: uploadId ?? "" } });
  return upload;
}

interface ArrivedPart {
  readonly upload: Upload;
  readonly partNumber: number;
  readonly draft: Draft;
  readonly crc64: bigint | undefined;
}

/** The upload may have been completed or aborted while the part was on its way. */
async function addPart(call: BucketCall, world: World, arrived: ArrivedPart): Promise<void> {
  const { upload, partNumber, draft, crc64 } = arrived;
  if (world.uploads.find(upload.bucketName, upload.key, upload.uploadId) === undefined) {
    await draft.discard();
    throw refuse("NoSuchUpload", { elements: { UploadId: upload.uploadId } });
  }
  const replaced = upload.parts.get(partNumber);
  const etag = draft.md5Hex.toUpperCase();
  upload.parts.set(partNumber, { partNumber, draft, etag, crc64, lastModifiedMs: call.nowMs });
  await replaced?.draft.discard();
}

function readPartNumber(call: BucketCall): number {
  const text = call.exchange.query.get("partNumber") ?? "";
  const partNumber = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return partNumber;
  throw refuse("InvalidArgument", {
    message: "Part number must be an integer between 1 and 10000, inclusive.",
    elements: { ArgumentName: "partNumber", ArgumentValue: text },
  });
}
