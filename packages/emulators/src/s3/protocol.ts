import type { Answer, Exchange, Protocol } from "../core/exchange.ts";
import { createKeyLocks } from "../core/key-locks.ts";
import type { StoreSet } from "../core/store-set.ts";
import { addressOf } from "./address.ts";
import type { BucketCall, ServiceCall, World } from "./call.ts";
import { operationOf, type OperationName } from "./operation.ts";
import { BUCKET_OPERATIONS, SERVICE_OPERATIONS, WRITES } from "./operations.ts";
import { openPayload } from "./payload.ts";
import { answerRefusal, refusalOf, refuse } from "./refusal.ts";
import { createVerifier } from "./signature.ts";
import { createUploads } from "./uploads.ts";

export interface S3Options {
  readonly stores: StoreSet;
  /** Access key id to secret. */
  readonly credentials: ReadonlyMap<string, string>;
  /** Where access key ids are temporary: the security token that their requests must carry. */
  readonly securityTokens?: ReadonlyMap<string, string> | undefined;
  readonly region: string;
  /** The store's clock in Unix milliseconds; tests move it to see skewed requests refused. */
  readonly now: () => number;
  /** How long a restore of an archived object takes. Default 1,000 ms; S3 takes minutes to hours. */
  readonly restoreMs?: number | undefined;
}

const MAX_KEY_BYTES = 1024;

/** S3 as "Amazon S3 API Reference" has it, strict where a client could be wrong: signatures, proofs, limits, order. */
export function createS3Protocol(options: S3Options): Protocol {
  const { stores, region, now } = options;
  const world: World = {
    stores,
    region,
    now,
    restoreMs: options.restoreMs ?? 1000,
    uploads: createUploads(),
    restoredAtMs: new Map(),
    locks: createKeyLocks(),
  };
  const verify = createVerifier(options);
  const isBucket = (name: string): boolean => stores.get(name) !== undefined;
  return {
    name: "s3",
    read: (asking) => {
      const { bucketName, key, malformed } = addressOf(asking, isBucket);
      const operation = operationOf(asking, { bucketName, key });
      const answer = async (exchange: Exchange): Promise<Answer> => {
        const signed = verify(exchange);
        if (malformed) throw refuse("InvalidURI");
        return operate(operation, { exchange, payload: openPayload(exchange, signed), bucketName, key }, world);
      };
      return { operation, key, answer: (exchange) => answered(exchange, answer) };
    },
    refusal: (exchange, { status, code, delayMs }) => {
      const headers: Record<string, string> =
        delayMs === undefined ? {} : { "retry-after": String(Math.ceil(delayMs / 1000)) };
      const message = code === "SlowDown" ? "Please reduce your request rate." : "We encountered an internal error.";
      return answerRefusal(exchange, { status, code, message, elements: {}, headers });
    },
  };
}

/** The answer, or that of the refusal which was thrown. */
async function answered(exchange: Exchange, answer: (exchange: Exchange) => Promise<Answer>): Promise<Answer> {
  try {
    return await answer(exchange);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return answerRefusal(exchange, refusal);
  }
}

function operate(name: OperationName, call: ServiceCall, world: World): Promise<Answer> {
  const ofService = SERVICE_OPERATIONS[name];
  if (ofService !== undefined) return ofService(call, world);
  const bucketCall = openBucket(name, call, world);
  const operation = BUCKET_OPERATIONS[name];
  if (operation === undefined) throw refuse(call.exchange.method === "PATCH" ? "MethodNotAllowed" : "NotImplemented");
  return operation(bucketCall, world);
}

function openBucket(name: OperationName, call: ServiceCall, world: World): BucketCall {
  const bucket = world.stores.get(call.bucketName);
  if (bucket === undefined) throw refuse("NoSuchBucket", { elements: { BucketName: call.bucketName } });
  checkRegion(name, bucket.config.region ?? world.region, call, world);
  checkKey(call);
  if (bucket.config.kind === "synthetic" && WRITES.has(name)) {
    throw refuse("AccessDenied", { message: "A synthetic bucket takes no writes" });
  }
  if (bucket.config.kind === "sink" && name === "GetObject") {
    throw refuse("MethodNotAllowed", { message: "A sink bucket keeps no bytes, so its objects cannot be read" });
  }
  const { exchange, payload, bucketName, key } = call;
  return { exchange, payload, bucketName, key, bucket, store: bucket.store };
}

/** A bucket of another region answers from there only; its location may be asked everywhere. */
function checkRegion(name: OperationName, region: string, call: ServiceCall, world: World): void {
  if (region === world.region || name === "GetBucketLocation") return;
  throw refuse("PermanentRedirect", {
    elements: { Endpoint: `s3.${region}.amazonaws.com`, Bucket: call.bucketName },
    headers: { "x-amz-bucket-region": region },
  });
}

function checkKey({ exchange, key }: ServiceCall): void {
  // A quarter of the limit in UTF-16 units cannot exceed it in bytes.
  if (key.length > MAX_KEY_BYTES / 4 && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    const elements = { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAX_KEY_BYTES) };
    throw refuse("KeyTooLongError", { elements });
  }
  const version = exchange.rawQuery === "" ? undefined : exchange.query.get("versionId");
  if (version !== undefined && version !== "null") {
    throw refuse("InvalidArgument", { message: "Invalid version id specified", elements: { ArgumentValue: version } });
  }
}
