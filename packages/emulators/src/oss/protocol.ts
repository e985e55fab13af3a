import type { Answer, Exchange, Protocol } from "../core/exchange.ts";
import { checkAnonymous } from "./access.ts";
import { addressOf, type Address } from "./address.ts";
import { authenticate } from "./authenticate.ts";
import { checkBucketKind } from "./bucket-kinds.ts";
import { regionOf } from "./buckets.ts";
import type { ServiceCall, World } from "./call.ts";
import { createKeyLocks } from "../core/key-locks.ts";
import type { Bucket } from "../core/store-set.ts";
import { checkKey } from "./key-rules.ts";
import { BUCKET_OPERATIONS, OBJECT_OPERATIONS, SERVICE_OPERATIONS } from "./operations.ts";
import type { OssProtocolOptions } from "./options.ts";
import { answerRefusal, refusalOf, refuse } from "./refusal.ts";
import { operationOf, type OssOperation } from "./route.ts";
import { createUploads } from "./uploads.ts";
import type { OssCredentials } from "./verifier.ts";

const DEFAULT_RESTORE_MS = 1000;

/** Alibaba Cloud OSS as its clients see it: signatures, operations, refusals. */
export function createOssProtocol(options: OssProtocolOptions): Protocol {
  const { stores, region, now } = options;
  const world: World = {
    region,
    stores,
    restoreMs: options.restoreMs ?? DEFAULT_RESTORE_MS,
    settings: new Map(),
    uploads: createUploads(),
    restoredAtMs: new Map(),
    locks: createKeyLocks(),
  };
  const isBucket = (name: string): boolean => stores.get(name) !== undefined;
  const credentialsOf = createCredentialsOf(options);
  return {
    name: "oss",
    read: (asking) => {
      const address = addressOf(asking, isBucket);
      const operation = operationOf(asking, address);
      const answer = async (exchange: Exchange): Promise<Answer> => {
        // Without a key there is nothing that a signature could be checked against.
        if (address.malformed) throw refuse("InvalidObjectName");
        const nowMs = now();
        const bucket = bucketOf(address, world);
        const verifier = { region: regionOf(bucket, world), nowMs, credentialsOf };
        const requester = authenticate(exchange, address, verifier);
        const call = { exchange, requester, nowMs, bucketName: address.bucketName ?? "" };
        return perform(operation, call, { address, bucket, world });
      };
      return { operation, key: address.key, answer: (exchange) => answered(exchange, answer) };
    },
    refusal: (exchange, { status, code, delayMs }) =>
      finish(
        exchange,
        answerRefusal(exchange, {
          status,
          code,
          message:
            status === 503 ? "Please reduce your request rate." : "We encountered an internal error. Please try again.",
          ec: undefined,
          elements: {},
          headers: delayMs === undefined ? {} : { "x-oss-qos-delay-time": String(delayMs) },
        }),
      ),
  };
}

/** The answer, or that of the refusal which was thrown. */
async function answered(exchange: Exchange, answer: (exchange: Exchange) => Promise<Answer>): Promise<Answer> {
  try {
    return finish(exchange, await answer(exchange));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return finish(exchange, answerRefusal(exchange, refusal));
  }
}

function finish(exchange: Exchange, { status, headers, body }: Answer): Answer {
  return { status, headers: { ...headers, server: "AliyunOSS", "x-oss-request-id": exchange.requestId }, body };
}

/** Where a call goes to. */
interface Place {
  readonly address: Address;
  readonly bucket: Bucket | undefined;
  readonly world: World;
}

function perform(operation: OssOperation, call: ServiceCall, place: Place): Promise<Answer> {
  const { address, bucket, world } = place;
  const ofService = SERVICE_OPERATIONS[operation];
  if (ofService !== undefined) {
    if (call.requester.kind === "anonymous") throw refuse("AccessDenied");
    return ofService(call, world);
  }
  if (operation === "Unsupported") throw refuse("NotImplemented");
  const ofObject = OBJECT_OPERATIONS[operation];
  const run = ofObject ?? BUCKET_OPERATIONS[operation];
  if (run === undefined) {
    throw refuse("MethodNotAllowed", { elements: { Method: call.exchange.method } });
  }
  if (ofObject !== undefined) checkKey(address.key);
  if (bucket === undefined) throw refuse("NoSuchBucket", { elements: { BucketName: call.bucketName } });
  refuseOtherRegion(address, regionOf(bucket, world));
  checkBucketKind(bucket.config.kind, operation);
  const { exchange, requester, nowMs, bucketName } = call;
  const bucketCall = { exchange, requester, nowMs, bucketName, bucket, store: bucket.store, key: address.key };
  if (requester.kind === "owner") return run(bucketCall, world);
  return checkAnonymous(operation, bucketCall, world).then(() => run(bucketCall, world));
}

function bucketOf(address: Address, world: World): Bucket | undefined {
  return address.bucketName === undefined ? undefined : world.stores.get(address.bucketName);
}

/** A bucket is only reached through the endpoint of its own region. */
function refuseOtherRegion(address: Address, region: string): void {
  if (address.hostRegion === undefined || address.hostRegion === region) return;
  throw refuse("AccessDenied", {
    message:
      "The bucket you are attempting to access must be addressed using the specified endpoint. " +
      "Please send all future requests to this endpoint.",
    ec: "0003-00001403",
    elements: { Endpoint: `oss-${region}.aliyuncs.com` },
  });
}

function createCredentialsOf(options: OssProtocolOptions) {
  return (accessKeyId: string, token: string | undefined): OssCredentials => {
    const accessKeySecret = options.credentials.get(accessKeyId);
    if (accessKeySecret === undefined) {
      throw refuse("InvalidAccessKeyId", { elements: { OSSAccessKeyId: accessKeyId } });
    }
    if (options.securityTokens?.get(accessKeyId) !== token) throw refuse("InvalidSecurityToken");
    return { accessKeyId, accessKeySecret };
  };
}
