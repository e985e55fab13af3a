import type { BlobBucket } from "../../ports/blob-store.ts";
import { type HttpAnswer, wholeBody } from "../http/http.ts";
import { elementText } from "../xml/elements.ts";
import { createS3Client, type S3SourceOptions } from "./client.ts";
import { faultOfAnswer } from "./faults.ts";
import { listPage } from "./list.ts";

const wholeUpToBytes = Number.POSITIVE_INFINITY;

/** A bucket of S3 for the journal's blobs. */
export function createS3BlobBucket(options: S3SourceOptions): BlobBucket {
  const client = createS3Client(options);
  return {
    async put(key, bytes, { signal }) {
      const answer = await client.send({ method: "PUT", key, bytes, wholeUpToBytes }, signal);
      if (answer.status !== 200) throw faultOfAnswer(answer);
    },
    async get(key, { signal }) {
      const answer = await client.send({ method: "GET", key, wholeUpToBytes }, signal);
      if (answer.status === 200) return wholeBody(answer);
      if (isNoSuchKey(answer)) return undefined;
      throw faultOfAnswer(answer);
    },
    listPage: (request, { signal }) => listPage(client, request, signal),
    async remove(key, { signal }) {
      const answer = await client.send({ method: "DELETE", key, wholeUpToBytes }, signal);
      if (answer.status >= 300 && !isNoSuchKey(answer)) throw faultOfAnswer(answer);
    },
    close: () => client.close(),
  };
}

function isNoSuchKey(answer: HttpAnswer): boolean {
  return answer.status === 404 && elementText(wholeBody(answer).toString(), "Code") === "NoSuchKey";
}
