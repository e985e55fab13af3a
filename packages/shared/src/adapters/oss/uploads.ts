import { Fault } from "../../domain/fault.ts";
import type { MultipartTarget, Upload, UploadedPart } from "../../ports/object-target.ts";
import { bareEtag } from "../http/etag-text.ts";
import { type HttpAnswer, wholeBody } from "../http/http.ts";
import { elementsOf, elementText, encodeText } from "../xml/elements.ts";
import { crcOfHeaders, headersOfAttributes, notOss, storedOfHeaders } from "./attributes.ts";
import type { OssClient } from "./client.ts";
import { codeOfAnswer, faultOfAnswer } from "./faults.ts";
import { bodyOfPayload } from "./payload.ts";

/** OSS joins the parts of a large upload before it answers. */
const COMPLETE_MS = 120_000;
const MOST_PAGES = 11;

/** OSS' multipart uploads. */
export function createOssUploads(client: OssClient): MultipartTarget {
  return {
    begin: async (key, attributes, { signal }) => {
      const headers = headersOfAttributes(attributes);
      const answer = await client.send({ method: "POST", key, query: { uploads: "" }, headers }, signal);
      return { key, uploadId: needed(answer, "UploadId") };
    },
    putPart: async ({ key, uploadId }, partNumber, payload, { signal }) => {
      const query = { partNumber: partNumber.toString(), uploadId };
      const body = bodyOfPayload(payload);
      const headers: Record<string, string> = {};
      if (payload.contentMd5 !== undefined) headers["content-md5"] = payload.contentMd5;
      const answer = await client.send({ method: "PUT", key, query, headers, body }, signal);
      if (answer.status !== 200) throw faultOfAnswer(answer);
      return { partNumber, sizeBytes: body.sizeBytes, ...storedOfHeaders(answer.headers) };
    },
    complete: async ({ key, uploadId }, parts, { signal }) => {
      const bytes = Buffer.from(completion(parts));
      const answer = await client.send(
        {
          method: "POST",
          key,
          query: { uploadId },
          headers: { "content-type": "application/xml" },
          body: { bytes, sizeBytes: bytes.length },
          headMs: COMPLETE_MS,
        },
        signal,
      );
      const etag = bareEtag(needed(answer, "ETag"));
      return { crc64: crcOfHeaders(answer.headers), etag };
    },
    abort: async ({ key, uploadId }, { signal }) => {
      const answer = await client.send({ method: "DELETE", key, query: { uploadId } }, signal);
      if (answer.status === 200) throw notOss(answer.headers);
      if (answer.status >= 300 && codeOfAnswer(answer) !== "NoSuchUpload") throw faultOfAnswer(answer);
    },
    parts: (upload, { signal }) => listParts(client, upload, signal),
  };
}

async function listParts(
  client: OssClient,
  { key, uploadId }: Upload,
  signal: AbortSignal,
): Promise<readonly UploadedPart[] | undefined> {
  const parts: UploadedPart[] = [];
  let marker = "0";
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = { uploadId, "max-parts": "1000", "part-number-marker": marker };
    const answer = await client.send({ method: "GET", key, query }, signal);
    if (answer.status === 404 && codeOfAnswer(answer) === "NoSuchUpload") return undefined;
    if (answer.status !== 200) throw faultOfAnswer(answer);
    const text = wholeBody(answer).toString();
    if (elementText(text, "UploadId") === undefined) throw notOss(answer.headers);
    for (const part of elementsOf(text, "Part")) parts.push(partOf(part));
    if (elementText(text, "IsTruncated") !== "true") return parts;
    marker = elementText(text, "NextPartNumberMarker") ?? "0";
  }
  throw new Fault("TARGET_FAILED", "transient", { said: "the list of parts has no end" });
}

function partOf(xml: string): UploadedPart {
  const crc64 = elementText(xml, "HashCrc64ecma");
  return {
    partNumber: Number(elementText(xml, "PartNumber")),
    etag: bareEtag(elementText(xml, "ETag") ?? ""),
    crc64: crc64 === undefined || crc64 === "" ? undefined : BigInt(crc64),
    sizeBytes: Number(elementText(xml, "Size")),
  };
}

function completion(parts: readonly UploadedPart[]): string {
  const rows = parts.map(
    ({ partNumber, etag }) =>
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${encodeText(`"${etag}"`)}</ETag></Part>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUpload>${rows.join("")}</CompleteMultipartUpload>`;
}

/** An element without which the answer is none. */
function needed(answer: HttpAnswer, name: string): string {
  if (answer.status !== 200) throw faultOfAnswer(answer);
  const text = wholeBody(answer).toString();
  const value = elementText(text, name);
  if (value !== undefined && value !== "") return value;
  throw new Fault("TARGET_FAILED", "transient", { said: `no ${name} in ${text.slice(0, 200)}` });
}
