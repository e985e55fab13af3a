import type { BlobBucket } from "../../ports/blob-store.ts";
import { wholeBody } from "../http/http.ts";
import { createOssClient, type OssTargetOptions } from "./client.ts";
import { codeOfAnswer, faultOfAnswer } from "./faults.ts";
import { listPage } from "./list.ts";

/** A bucket of OSS for the journal's blobs. */
export function createOssBlobBucket(options: OssTargetOptions): BlobBucket {
  const client = createOssClient(options);
  return {
    async put(key, bytes, { signal }) {
      const body = { bytes, sizeBytes: bytes.length };
      const answer = await client.send({ method: "PUT", key, body }, signal);
      if (answer.status !== 200) throw faultOfAnswer(answer);
    },
    async get(key, { signal }) {
      const answer = await client.send({ method: "GET", key }, signal);
      if (answer.status === 200) return wholeBody(answer);
      if (answer.status === 404 && codeOfAnswer(answer) === "NoSuchKey") return undefined;
      throw faultOfAnswer(answer);
    },
    listPage: (request, { signal }) => listPage(client, request, signal),
    async remove(key, { signal }) {
      const answer = await client.send({ method: "DELETE", key }, signal);
      if (answer.status >= 300 && codeOfAnswer(answer) !== "NoSuchKey") throw faultOfAnswer(answer);
    },
    close: () => client.close(),
  };
}
