import { xmlElement } from "../core/xml-writer.ts";
import { emptyAnswer, OWNER, readDocument, xmlAnswer, type BucketOperation, type ServiceOperation } from "./call.ts";
import { aclXml } from "./acl.ts";
import { textOf } from "../core/xml-reader.ts";
import { refuse } from "./refusal.ts";

const BUCKET_NAME = /^(?!xn--|sthree-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;

export const listBuckets: ServiceOperation = async (call, world) => {
  const buckets = world.stores.list().map(({ name, createdAtMs }) => {
    const date = new Date(createdAtMs).toISOString();
    return `<Bucket>${xmlElement("Name", name)}<CreationDate>${date}</CreationDate></Bucket>`;
  });
  return xmlAnswer(call, "ListAllMyBucketsResult", `<Owner>${OWNER}</Owner><Buckets>${buckets.join("")}</Buckets>`);
};

export const createBucket: ServiceOperation = async (call, world) => {
  const { bucketName } = call;
  if (!BUCKET_NAME.test(bucketName)) throw refuse("InvalidBucketName", { elements: { BucketName: bucketName } });
  if (world.stores.get(bucketName) !== undefined) {
    throw refuse("BucketAlreadyOwnedByYou", { elements: { BucketName: bucketName } });
  }
  const length = call.exchange.headers["content-length"] ?? "0";
  const asked =
    length === "0" ? undefined : textOf(await readDocument(call, "CreateBucketConfiguration"), "LocationConstraint");
  await world.stores.create(bucketName, asked === undefined ? { kind: "plain" } : { kind: "plain", region: asked });
  return emptyAnswer(call, 200, { location: `/${bucketName}` });
};

export const headBucket: BucketOperation = async (call, world) =>
  emptyAnswer(call, 200, { "x-amz-bucket-region": call.bucket.config.region ?? world.region });

export const deleteBucket: BucketOperation = async (call, world) => {
  const found = await call.store.list({ prefix: "", after: undefined, limit: 1 });
  if (found.length > 0) throw refuse("BucketNotEmpty", { elements: { BucketName: call.bucketName } });
  await world.stores.remove(call.bucketName);
  return emptyAnswer(call, 204);
};

/** us-east-1 is written as nothing (S3 API, GetBucketLocation). */
export const getBucketLocation: BucketOperation = async (call, world) => {
  const region = call.bucket.config.region ?? world.region;
  return xmlAnswer(call, "LocationConstraint", region === "us-east-1" ? "" : region);
};

export const getBucketVersioning: BucketOperation = async (call) => xmlAnswer(call, "VersioningConfiguration", "");

export const getBucketAcl: BucketOperation = async (call) => xmlAnswer(call, "AccessControlPolicy", aclXml("private"));
