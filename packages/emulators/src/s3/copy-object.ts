import { tapped } from "../core/body.ts";
import type { BucketStore, ObjectFacts, StoredObject } from "../core/bucket.ts";
import { decodePercent } from "../core/percent.ts";
import { xmlElement } from "../core/xml-writer.ts";
import { requireReadable } from "./archive.ts";
import { checksumsXml } from "./attributes.ts";
import { alone, requireObject, xmlAnswer, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { algorithmOf, createChecksum } from "./checksums.ts";
import { checkConditions, checkWriteConditions } from "./conditions.ts";
import type { DeclaredFacts } from "./declared-facts.ts";
import { declaredFacts } from "./object-headers.ts";
import type { Received } from "./proof.ts";
import { DEFAULT_ALGORITHM, singlePutFacts } from "./put-object.ts";
import { refuse } from "./refusal.ts";

const MAX_COPY_BYTES = 5 * 1024 ** 3;

export interface CopySource {
  readonly object: StoredObject;
  readonly store: BucketStore;
  readonly bucketName: string;
}

export const copyObject: BucketOperation = async (call, world) => {
  const source = await openSource(call, world);
  if (source.object.sizeBytes > MAX_COPY_BYTES) {
    const message = "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
    throw refuse("InvalidRequest", { message });
  }
  const facts = copiedFacts(call, source);
  const received = await receiveCopy(call, source, { start: 0, end: source.object.sizeBytes });
  const made: ObjectFacts = { ...singlePutFacts(received, world.now()), ...facts };
  await alone(call, world, async () => {
    checkWriteConditions(call.exchange.headers, await call.store.stat(call.key));
    await call.store.commit(call.key, [received.draft], made);
  });
  return xmlAnswer(call, "CopyObjectResult", copyResultXml(made));
};

/** Finds and checks the object that `x-amz-copy-source` names: `bucket/key`, percent-encoded. */
export async function openSource(call: BucketCall, world: World): Promise<CopySource> {
  const header = (call.exchange.headers["x-amz-copy-source"] ?? "")
    .replace(/^\//u, "")
    .replace(/\?versionId=null$/u, "");
  const slash = header.indexOf("/");
  const bucketName = header.slice(0, slash);
  const key = decodePercent(header.slice(slash + 1));
  if (slash <= 0 || key === undefined || key === "") {
    throw refuse("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    });
  }
  const bucket = world.stores.get(bucketName);
  if (bucket === undefined) throw refuse("NoSuchBucket", { elements: { BucketName: bucketName } });
  const sourceCall = { ...call, bucket, bucketName, key, store: bucket.store };
  const object = await requireObject(sourceCall);
  requireReadable(object, sourceCall, world);
  checkConditions(call.exchange.headers, object, "copy");
  return { object, store: bucket.store, bucketName };
}

/** Copies a stretch of the source into a draft of the call's bucket. */
export async function receiveCopy(
  call: BucketCall,
  { store, object }: CopySource,
  range: { start: number; end: number },
): Promise<Received> {
  const algorithm =
    algorithmOf(call.exchange.headers["x-amz-checksum-algorithm"]) ??
    algorithmOf(Object.keys(object.checksums)[0]) ??
    DEFAULT_ALGORITHM;
  const checksum = await createChecksum(algorithm);
  const draft = await call.store.draft(tapped(store.read(object.key, range.start, range.end), checksum.update));
  return { draft, algorithm, checksum: checksum.finish() };
}

export function copyResultXml(made: Pick<ObjectFacts, "etag" | "lastModifiedMs" | "checksums">): string {
  const date = new Date(made.lastModifiedMs).toISOString();
  return `${xmlElement("LastModified", date)}${xmlElement("ETag", `"${made.etag}"`)}${checksumsXml(made, "untyped")}`;
}

/** Metadata and tags come from the source unless the request replaces them; class and ACL never do. */
function copiedFacts(call: BucketCall, { object, bucketName }: CopySource): DeclaredFacts {
  const { headers } = call.exchange;
  const declared = declaredFacts(call.exchange);
  const replacesMetadata = headers["x-amz-metadata-directive"] === "REPLACE";
  const replacesTags = headers["x-amz-tagging-directive"] === "REPLACE";
  const isItself = bucketName === call.bucketName && object.key === call.key;
  if (isItself && !replacesMetadata && declared.storageClass === object.storageClass) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw refuse("InvalidRequest", { message });
  }
  const described = replacesMetadata ? declared : object;
  return {
    ...declared,
    headers: described.headers,
    userMetadata: described.userMetadata,
    tags: replacesTags ? declared.tags : object.tags,
  };
}
