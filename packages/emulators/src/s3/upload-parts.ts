import { xmlElement } from "../core/xml-writer.ts";
import { emptyAnswer, xmlAnswer, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { algorithmOf, checksumTypeOf } from "./checksums.ts";
import { copyResultXml, openSource, receiveCopy } from "./copy-object.ts";
import { declaredFacts } from "./object-headers.ts";
import { announcedAlgorithm, receive, type Received } from "./proof.ts";
import { DEFAULT_ALGORITHM } from "./put-object.ts";
import { refuse } from "./refusal.ts";
import type { Upload, UploadedPart } from "./uploads.ts";

const MAX_PARTS = 10_000;

export const createMultipartUpload: BucketOperation = async (call, world) => {
  const { headers } = call.exchange;
  const chosen = algorithmOf(headers["x-amz-checksum-algorithm"]);
  if (chosen === undefined && headers["x-amz-checksum-algorithm"] !== undefined) {
    throw refuse("InvalidRequest", { message: "Checksum algorithm provided is unsupported." });
  }
  const algorithm = chosen ?? DEFAULT_ALGORITHM;
  const upload = world.uploads.begin({
    bucketName: call.bucketName,
    key: call.key,
    initiatedMs: world.now(),
    facts: declaredFacts(call.exchange),
    algorithm,
    checksumType: checksumTypeOf(algorithm, headers["x-amz-checksum-type"]),
    checksumChosenBy: chosen === undefined ? "store" : "client",
  });
  const inner = [
    xmlElement("Bucket", call.bucketName),
    xmlElement("Key", call.key),
    xmlElement("UploadId", upload.uploadId),
  ];
  const answered: Record<string, string> =
    chosen === undefined
      ? {}
      : { "x-amz-checksum-algorithm": algorithm.toUpperCase(), "x-amz-checksum-type": upload.checksumType };
  return xmlAnswer(call, "InitiateMultipartUploadResult", inner.join(""), answered);
};

export const uploadPart: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  const partNumber = partNumberOf(call);
  checkAlgorithm(call, upload);
  const received = await receive(call, upload.algorithm);
  const part = await keepPart(call, world, partNumber, received);
  return emptyAnswer(call, 200, {
    etag: `"${part.etag}"`,
    [`x-amz-checksum-${received.algorithm}`]: received.checksum,
    "x-amz-server-side-encryption": "AES256",
  });
};

export const uploadPartCopy: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  const partNumber = partNumberOf(call);
  const source = await openSource(call, world);
  const range = copyRange(call.exchange.headers["x-amz-copy-source-range"], source.object.sizeBytes);
  const wanted = { ...call.exchange.headers, "x-amz-checksum-algorithm": upload.algorithm };
  const received = await receiveCopy({ ...call, exchange: { ...call.exchange, headers: wanted } }, source, range);
  return xmlAnswer(call, "CopyPartResult", copyResultXml(await keepPart(call, world, partNumber, received)));
};

export const abortMultipartUpload: BucketOperation = async (call, world) => {
  const upload = requireUpload(call, world);
  world.uploads.end(upload.uploadId);
  for (const { draft } of upload.parts.values()) await draft.discard();
  return emptyAnswer(call, 204);
};

/** The upload that the query names. Refuses with NoSuchUpload. */
export function requireUpload(call: BucketCall, world: World): Upload {
  const uploadId = call.exchange.query.get("uploadId") ?? "";
  const upload = world.uploads.find({ bucketName: call.bucketName, key: call.key, uploadId });
  if (upload === undefined) throw refuse("NoSuchUpload", { elements: { UploadId: uploadId } });
  return upload;
}

function partNumberOf({ exchange }: BucketCall): number {
  const partNumber = Number(exchange.query.get("partNumber"));
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PARTS) return partNumber;
  throw refuse("InvalidArgument", {
    message: "Part number must be an integer between 1 and 10000, inclusive",
    elements: { ArgumentName: "partNumber", ArgumentValue: exchange.query.get("partNumber") ?? "" },
  });
}

/** A part's checksum must be of the upload's algorithm, and where the client chose one it may not be left out. */
function checkAlgorithm(call: BucketCall, upload: Upload): void {
  const given = announcedAlgorithm(call);
  if (upload.checksumChosenBy === "store" || given === upload.algorithm) return;
  if (given === undefined && upload.checksumType === "FULL_OBJECT") return;
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${given ?? "null"}`;
  throw refuse("InvalidRequest", { message });
}

/** A part replaces an earlier one of its number. The upload may have ended while the content came. */
async function keepPart(
  call: BucketCall,
  world: World,
  partNumber: number,
  { draft, algorithm, checksum }: Received,
): Promise<UploadedPart> {
  const part: UploadedPart = {
    partNumber,
    sizeBytes: draft.sizeBytes,
    etag: draft.md5Hex,
    checksums: { [algorithm]: checksum },
    draft,
    lastModifiedMs: world.now(),
  };
  try {
    const { parts } = requireUpload(call, world);
    const replaced = parts.get(partNumber);
    parts.set(partNumber, part);
    await replaced?.draft.discard();
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return part;
}

function copyRange(header: string | undefined, sizeBytes: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: sizeBytes };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/u.exec(header) ?? [];
  const start = Number(first);
  const end = Number(last) + 1;
  if (start < end && end <= sizeBytes) return { start, end };
  throw refuse("InvalidArgument", {
    message: `Range specified is not valid for source object of size: ${sizeBytes}`,
    elements: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: header },
  });
}
