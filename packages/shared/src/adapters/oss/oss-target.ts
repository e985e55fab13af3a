import type { Stored } from "../../domain/object.ts";
import type { ObjectTarget, PutRequest } from "../../ports/object-target.ts";
import { headersOfAttributes, notOss, storedOfHeaders, targetOfHeaders } from "./attributes.ts";
import { createOssClient, type OssClient, type OssTargetOptions } from "./client.ts";
import { codeOfAnswer, faultOfAnswer } from "./faults.ts";
import { listPage } from "./list.ts";
import { bodyOfPayload } from "./payload.ts";
import { createOssUploads } from "./uploads.ts";

export type { OssTargetOptions } from "./client.ts";

/** A bucket of OSS as a target: signed by hand, keys byte for byte as they are. */
export function createOssTarget(options: OssTargetOptions): ObjectTarget {
  const client = createOssClient(options);
  return {
    listPage: (request, { signal }) => listPage(client, request, signal),
    head: async (key, { signal }) => {
      const answer = await client.send({ method: "HEAD", key }, signal);
      if (answer.status === 200) return targetOfHeaders(key, answer.headers);
      if (answer.status === 404 && codeOfAnswer(answer) !== "NoSuchBucket") return undefined;
      throw faultOfAnswer(answer);
    },
    put: (request, { signal }) => put(client, request, signal),
    remove: async (key, { signal }) => {
      const answer = await client.send({ method: "DELETE", key }, signal);
      if (answer.status === 200) throw notOss(answer.headers);
      if (answer.status >= 300 && codeOfAnswer(answer) !== "NoSuchKey") throw faultOfAnswer(answer);
    },
    uploads: createOssUploads(client),
    close: () => client.close(),
  };
}

async function put(
  client: OssClient,
  { key, payload, attributes, ifThere }: PutRequest,
  signal: AbortSignal,
): Promise<Stored | "exists"> {
  const headers = headersOfAttributes(attributes);
  if (payload.contentMd5 !== undefined) headers["content-md5"] = payload.contentMd5;
  if (ifThere === "forbid") headers["x-oss-forbid-overwrite"] = "true";
  const answer = await client.send({ method: "PUT", key, headers, body: bodyOfPayload(payload) }, signal);
  if (answer.status === 200) return storedOfHeaders(answer.headers);
  if (answer.status === 409 && codeOfAnswer(answer) === "FileAlreadyExists") return "exists";
  throw faultOfAnswer(answer);
}
