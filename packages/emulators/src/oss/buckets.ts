import type { Bucket } from "../core/store-set.ts";
import { receiveDocument } from "./bodies.ts";
import {
  emptyAnswer,
  OWNER_ID,
  settingsOf,
  xmlAnswer,
  type BucketOperation,
  type ServiceOperation,
  type World,
} from "./call.ts";
import { isBucketName } from "./key-rules.ts";
import { checkStorageClass } from "./object-facts.ts";
import { aclDocument } from "./object-settings.ts";
import { readLimit } from "./list-objects.ts";
import { DEFAULT_PAGE } from "./limits.ts";
import { refuse } from "./refusal.ts";
import { readXml, textOf } from "../core/xml-reader.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

const OWNER = `<Owner>${xmlElement("ID", OWNER_ID)}${xmlElement("DisplayName", OWNER_ID)}</Owner>`;
const BUCKET_ACLS: ReadonlySet<string> = new Set(["private", "public-read", "public-read-write"]);

/** ListBuckets (GetService). */
export const listBuckets: ServiceOperation = async (call, world) => {
  const { query } = call.exchange;
  const prefix = query.get("prefix") ?? "";
  const marker = query.get("marker") ?? "";
  const limit = readLimit(query.get("max-keys"), "max-keys", DEFAULT_PAGE);
  const rest = world.stores.list().filter(({ name }) => name.startsWith(prefix) && name > marker);
  const page = rest.slice(0, limit);
  const isTruncated = rest.length > page.length;
  const paging =
    xmlElement("Prefix", prefix) +
    xmlElement("Marker", marker) +
    xmlElement("MaxKeys", limit) +
    xmlElement("IsTruncated", isTruncated) +
    (isTruncated ? xmlElement("NextMarker", page.at(-1)?.name ?? "") : "");
  const buckets = page.map((bucket) => `<Bucket>${describe(bucket, world)}</Bucket>`).join("");
  return xmlAnswer(xmlDocument("ListAllMyBucketsResult", `${paging}${OWNER}<Buckets>${buckets}</Buckets>`));
};

/** PutBucket: for a bucket that is there already it only sets what the request names. */
export const putBucket: ServiceOperation = async (call, world) => {
  const { bucketName } = call;
  if (!isBucketName(bucketName)) throw refuse("InvalidBucketName", { elements: { BucketName: bucketName } });
  const document = await receiveDocument(call);
  const stated = document === "" ? undefined : textOf(readXml(document), "StorageClass");
  if (document !== "" && readXml(document) === undefined) throw refuse("MalformedXML");
  const known = settingsOf(world, bucketName);
  const acl = call.exchange.headers["x-oss-acl"];
  const settings = {
    acl: acl === undefined ? known.acl : checkBucketAcl(acl),
    storageClass: stated === undefined ? known.storageClass : checkStorageClass(stated.trim()),
  };
  // The store set replaces a bucket that is there.
  if (world.stores.get(bucketName) === undefined) await world.stores.create(bucketName, { kind: "plain" });
  world.settings.set(bucketName, settings);
  return emptyAnswer(200, { location: `/${bucketName}` });
};

/** DeleteBucket: only when it holds neither objects nor uploads. */
export const deleteBucket: BucketOperation = async (call, world) => {
  const [object] = await call.store.list({ prefix: "", after: undefined, limit: 1 });
  if (object !== undefined || world.uploads.inBucket(call.bucketName).length > 0) {
    throw refuse("BucketNotEmpty", { elements: { BucketName: call.bucketName } });
  }
  await world.stores.remove(call.bucketName);
  world.settings.delete(call.bucketName);
  return emptyAnswer(204);
};

export const headBucket: BucketOperation = async (call, world) =>
  emptyAnswer(200, { "x-oss-bucket-region": regionOf(call.bucket, world) });

export const getBucketInfo: BucketOperation = async (call, world) => {
  const { acl } = settingsOf(world, call.bucketName);
  return xmlAnswer(
    xmlDocument(
      "BucketInfo",
      `<Bucket>${describe(call.bucket, world)}${OWNER}` +
        `<AccessControlList>${xmlElement("Grant", acl)}</AccessControlList>` +
        `${xmlElement("DataRedundancyType", "LRS")}${xmlElement("Comment", "")}` +
        `<ServerSideEncryptionRule><SSEAlgorithm>None</SSEAlgorithm></ServerSideEncryptionRule></Bucket>`,
    ),
  );
};

export const getBucketLocation: BucketOperation = async (call, world) =>
  xmlAnswer(xmlDocument("LocationConstraint", `oss-${regionOf(call.bucket, world)}`));

/** GetBucketVersioning: an empty configuration says that versioning was never on. */
export const getBucketVersioning: BucketOperation = async () => xmlAnswer(xmlDocument("VersioningConfiguration", ""));

export const getBucketAcl: BucketOperation = async (call, world) =>
  xmlAnswer(aclDocument(settingsOf(world, call.bucketName).acl));

/** PutBucketAcl: makes the bucket where there is none, as OSS does. */
export const putBucketAcl: ServiceOperation = async (call, world) => {
  checkBucketAcl(call.exchange.headers["x-oss-acl"] ?? "");
  return await putBucket(call, world);
};

/** Where a bucket is; its configuration may put it elsewhere than the emulator. */
export function regionOf(bucket: Bucket | undefined, world: World): string {
  return bucket?.config.region ?? world.region;
}

function describe(bucket: Bucket, world: World): string {
  const region = regionOf(bucket, world);
  return (
    xmlElement("CreationDate", new Date(bucket.createdAtMs).toISOString()) +
    xmlElement("ExtranetEndpoint", `oss-${region}.aliyuncs.com`) +
    xmlElement("IntranetEndpoint", `oss-${region}-internal.aliyuncs.com`) +
    xmlElement("Location", `oss-${region}`) +
    xmlElement("Name", bucket.name) +
    xmlElement("Region", region) +
    xmlElement("StorageClass", settingsOf(world, bucket.name).storageClass)
  );
}

function checkBucketAcl(acl: string): string {
  if (BUCKET_ACLS.has(acl)) return acl;
  throw refuse("InvalidArgument", {
    message: "no such bucket access control exists",
    elements: { ArgumentName: "x-oss-acl", ArgumentValue: acl },
  });
}
