import type { BucketStore, Draft, ObjectFacts, StoredObject } from "../core/bucket.ts";
import { checkBucketKind } from "./bucket-kinds.ts";
import { refuseMissing, settingsOf, xmlAnswer, type BucketCall, type BucketOperation, type World } from "./call.ts";
import { checkConditions, readConditions } from "./conditions.ts";
import { refuseFrozen } from "./get-object.ts";
import { MAX_OBJECT_IN_ONE_PIECE_BYTES } from "./limits.ts";
import { encryptionHeaders, readStatedFacts, type StatedFacts } from "./object-facts.ts";
import { decodePercent } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { PLAIN_FACTS, refuseOverwrite, writeObject } from "./write-object.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/** Where a copy reads from. */
export interface CopySource {
  readonly bucketName: string;
  readonly store: BucketStore;
  readonly object: StoredObject;
}

/** CopyObject: content, and by the two directives also metadata and tags. */
export const copyObject: BucketOperation = async (call, world) => {
  const source = await openCopySource(call, world);
  if (source === "not-modified") return { status: 304, headers: {}, body: Buffer.alloc(0) };
  const { object, store } = source;
  if (object.sizeBytes > MAX_OBJECT_IN_ONE_PIECE_BYTES) throw refuse("EntityTooLarge");
  const stated = copiedFacts(
    call,
    source,
    readStatedFacts(call.exchange, settingsOf(world, call.bucketName).storageClass),
  );
  await refuseOverwrite(call);
  const isSymlink = object.symlinkTarget !== undefined;
  const draft = isSymlink ? undefined : await call.store.draft(store.read(object.key, 0, object.sizeBytes));
  const facts: ObjectFacts = {
    ...PLAIN_FACTS,
    ...stated,
    etag: object.etag,
    md5Hex: object.md5Hex,
    crc64: object.crc64,
    lastModifiedMs: call.nowMs,
    objectType: isSymlink ? "Symlink" : "Normal",
    symlinkTarget: object.symlinkTarget,
  };
  await writeDraft(call, world, draft, facts);
  return xmlAnswer(
    xmlDocument(
      "CopyObjectResult",
      xmlElement("LastModified", new Date(call.nowMs).toISOString()) + xmlElement("ETag", `"${object.etag}"`),
    ),
    {
      etag: `"${object.etag}"`,
      ...(object.crc64 === undefined ? {} : { "x-oss-hash-crc64ecma": object.crc64.toString() }),
      ...encryptionHeaders(stated.headers),
    },
  );
};

/** Finds a copy's source, checks its conditions and that it can be read. */
export async function openCopySource(call: BucketCall, world: World): Promise<CopySource | "not-modified"> {
  const { bucketName, key } = readCopySource(call.exchange.headers["x-oss-copy-source"] ?? "");
  const bucket = world.stores.get(bucketName);
  if (bucket === undefined) throw refuse("NoSuchBucket", { elements: { BucketName: bucketName } });
  const { store } = bucket;
  const object = (await store.stat(key)) ?? refuseMissing(key);
  const condition = checkConditions(readConditions(call.exchange.headers, "x-oss-copy-source-"), object);
  if (condition === "not-modified") return "not-modified";
  refuseFrozen({ ...call, bucketName }, world, object);
  checkBucketKind(bucket.config.kind, "GetObject");
  return { bucketName, store, object };
}

async function writeDraft(call: BucketCall, world: World, draft: Draft | undefined, facts: ObjectFacts): Promise<void> {
  try {
    await writeObject(call, world, draft === undefined ? [] : [draft], facts);
  } catch (error) {
    await draft?.discard();
    throw error;
  }
}

/**
 * By default metadata and tags come from the source. An object copied onto itself takes what the request says, whatever
 * the directive (Alibaba, CopyObject). Storage class, ACL and encryption are always the request's.
 */
function copiedFacts(call: BucketCall, source: CopySource, stated: StatedFacts): StatedFacts {
  const { headers } = call.exchange;
  const ontoItself = source.bucketName === call.bucketName && source.object.key === call.key;
  const replacesMetadata = ontoItself || directiveOf(headers["x-oss-metadata-directive"]) === "REPLACE";
  const replacesTags = directiveOf(headers["x-oss-tagging-directive"]) === "REPLACE";
  const { object } = source;
  return {
    headers: replacesMetadata
      ? stated.headers
      : { ...plainHeaders(object.headers), ...encryptionHeaders(stated.headers) },
    userMetadata: replacesMetadata ? stated.userMetadata : object.userMetadata,
    tags: replacesTags ? stated.tags : object.tags,
    storageClass: stated.storageClass,
    acl: stated.acl,
  };
}

function directiveOf(header: string | undefined): "COPY" | "REPLACE" {
  const directive = (header ?? "COPY").toUpperCase();
  if (directive === "COPY" || directive === "REPLACE") return directive;
  throw refuse("InvalidArgument", {
    message: "A directive must be COPY or REPLACE.",
    elements: { ArgumentValue: directive },
  });
}

function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("x-oss-")));
}

/** `/bucket/key`, URL-encoded (Alibaba's Go SDK writes a blank as `+`), possibly with `?versionId=`. */
function readCopySource(header: string): { bucketName: string; key: string } {
  const [path = ""] = header.split("?");
  const decoded = decodePercent(path.replaceAll("+", " "))?.replace(/^\//u, "") ?? "";
  const slash = decoded.indexOf("/");
  if (slash < 1 || slash === decoded.length - 1) {
    throw refuse("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      elements: { ArgumentName: "x-oss-copy-source", ArgumentValue: header },
    });
  }
  return { bucketName: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
}
