import type { BucketStore, StoredObject } from "../core/bucket.ts";
import type { Answer, Exchange } from "../core/exchange.ts";
import type { Bucket, StoreSet } from "../core/store-set.ts";
import type { KeyLocks } from "../core/key-locks.ts";
import { refuse } from "./refusal.ts";
import type { Uploads } from "./uploads.ts";
import type { Requester } from "./verifier.ts";

/** What is set for a bucket and not kept by its store. */
export interface BucketSettings {
  readonly acl: string;
  readonly storageClass: string;
}

/** What outlives a request. */
export interface World {
  readonly region: string;
  readonly stores: StoreSet;
  readonly restoreMs: number;
  readonly settings: Map<string, BucketSettings>;
  readonly uploads: Uploads;
  /** Bucket and key to the moment at which a restore that was asked for is done. */
  readonly restoredAtMs: Map<string, number>;
  readonly locks: KeyLocks;
}

/** A request to the service, or to a bucket that need not be there. */
export interface ServiceCall {
  readonly exchange: Exchange;
  readonly requester: Requester;
  readonly nowMs: number;
  readonly bucketName: string;
}

/** A request to a bucket that is there, or to a key in it; `key` is "" for the former. */
export interface BucketCall extends ServiceCall {
  readonly bucket: Bucket;
  readonly store: BucketStore;
  readonly key: string;
}

export type ServiceOperation = (call: ServiceCall, world: World) => Promise<Answer>;
export type BucketOperation = (call: BucketCall, world: World) => Promise<Answer>;

const DEFAULT_SETTINGS: BucketSettings = { acl: "private", storageClass: "Standard" };
/** The only account there is. */
export const OWNER_ID = "1234567890123456";

const NOTHING = Buffer.alloc(0);

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: NOTHING };
}

/** 200 with a document. */
export function xmlAnswer(document: Buffer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body: document };
}

export function settingsOf(world: World, bucketName: string): BucketSettings {
  return world.settings.get(bucketName) ?? DEFAULT_SETTINGS;
}

/** The object that the call is about. Refuses with NoSuchKey. */
export async function requireObject(call: BucketCall): Promise<StoredObject> {
  return (await call.store.stat(call.key)) ?? refuseMissing(call.key);
}

export function refuseMissing(key: string): never {
  throw refuse("NoSuchKey", { elements: { Key: key } });
}
