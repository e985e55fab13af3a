import { Fault } from "../../domain/fault.ts";
import type { SourceFacts } from "../../domain/object.ts";
import type { SourcePart } from "../../domain/parts.ts";
import type { ObjectSource, PartRequest } from "../../ports/object-source.ts";
import type { HttpAnswer } from "../http/http.ts";
import { fieldOf } from "../http1/header-fields.ts";
import { createS3Client, type S3Client, type S3SourceOptions } from "./client.ts";
import { factsOf } from "./facts.ts";
import { faultOfAnswer } from "./faults.ts";
import { listPage } from "./list.ts";
import { readObject, withChecksums } from "./read.ts";

export type { S3SourceOptions } from "./client.ts";

/** Directory buckets end in this: they list in no order and know no `start-after`. */
const DIRECTORY_BUCKET = "--x-s3";

/** A bucket of S3 as a source: signed by hand, keys byte for byte as they are. */
export function createS3Source(options: S3SourceOptions): ObjectSource {
  const client = createS3Client(options);
  return {
    listPage: async (request, { signal }) => {
      signal.throwIfAborted();
      if (options.bucket.endsWith(DIRECTORY_BUCKET)) {
        throw new Fault("SOURCE_BUCKET_UNORDERED", "permanent", { said: `${options.bucket} is a directory bucket` });
      }
      return listPage(client, request, signal);
    },
    head: (key, { signal }) => head(client, key, signal),
    read: (request, { signal }) => readObject(client, request, signal),
    part: (request, { signal }) => part(client, request, signal),
    close: () => client.close(),
  };
}

async function head(client: S3Client, key: string, signal: AbortSignal): Promise<SourceFacts | undefined> {
  const answer = await client.send({ method: "HEAD", key, amzHeaders: withChecksums, wholeUpToBytes: 0 }, signal);
  if (answer.status === 404) return undefined;
  if (answer.status === 200) return factsOf(key, Number(fieldOf(answer.headers, "content-length")), answer.headers);
  throw await faultOfHead(client, key, answer, signal);
}

/** S3 tells a part's size, and how many there are, to who asks for the part by its number. Other stores may answer for the whole. */
async function part(client: S3Client, request: PartRequest, signal: AbortSignal): Promise<SourcePart | undefined> {
  const { key, etag, partNumber } = request;
  const answer = await client.send(
    {
      method: "HEAD",
      key,
      query: { partNumber: String(partNumber) },
      plainHeaders: { "if-match": `"${etag}"` },
      wholeUpToBytes: 0,
    },
    signal,
  );
  const { status, headers } = answer;
  if (status === 416) return undefined;
  if (status === 404) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { said: key });
  if (status >= 300) throw await faultOfHead(client, key, answer, signal);
  const count = fieldOf(headers, "x-amz-mp-parts-count");
  return count === undefined
    ? undefined
    : { sizeBytes: Number(fieldOf(headers, "content-length")), count: Number(count) };
}

/** A refused HEAD has no body that says why; a GET of one byte has. */
async function faultOfHead(client: S3Client, key: string, refused: HttpAnswer, signal: AbortSignal): Promise<Fault> {
  if (![400, 403, 503].includes(refused.status)) return faultOfAnswer(refused);
  const reason = await client.send(
    { method: "GET", key, plainHeaders: { range: "bytes=0-0" }, wholeUpToBytes: 64 * 1024 },
    signal,
  );
  return faultOfAnswer(reason.status < 300 ? refused : reason);
}
