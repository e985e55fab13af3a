import { gather } from "../core/body.ts";
import type { BucketStore, StoredObject } from "../core/bucket.ts";
import type { Answer, Exchange } from "../core/exchange.ts";
import type { KeyLocks } from "../core/key-locks.ts";
import type { Bucket, StoreSet } from "../core/store-set.ts";
import { readXml, type XmlElement } from "../core/xml-reader.ts";
import type { Payload } from "./payload.ts";
import { refuse, requestIds } from "./refusal.ts";
import type { Uploads } from "./uploads.ts";

/** What outlives a request. */
export interface World {
  readonly stores: StoreSet;
  readonly region: string;
  readonly now: () => number;
  /** How long a restore takes. */
  readonly restoreMs: number;
  readonly uploads: Uploads;
  /** Bucket and key to the moment at which a restore that was asked for is done. */
  readonly restoredAtMs: Map<string, number>;
  readonly locks: KeyLocks;
}

/** A signed request to the service, or to a bucket that need not be there. */
export interface ServiceCall {
  readonly exchange: Exchange;
  readonly payload: Payload;
  readonly bucketName: string;
  readonly key: string;
}

/** A request to a bucket that is there, or to a key in it; `key` is "" for the former. */
export interface BucketCall extends ServiceCall {
  readonly bucket: Bucket;
  readonly store: BucketStore;
}

export type ServiceOperation = (call: ServiceCall, world: World) => Promise<Answer>;
export type BucketOperation = (call: BucketCall, world: World) => Promise<Answer>;

/** The only account there is: a canonical user id has 64 digits. */
export const OWNER_ID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
export const OWNER = `<ID>${OWNER_ID}</ID><DisplayName>emulator</DisplayName>`;

const NOTHING = Buffer.alloc(0);
const XML_BODY_BYTES = 4 * 1024 * 1024;

export function emptyAnswer(call: ServiceCall, status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...requestIds(call.exchange), ...headers }, body: NOTHING };
}

/** 200 with a document in S3's namespace; `inner` is XML already. */
export function xmlAnswer(
  call: ServiceCall,
  root: string,
  inner: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const document = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
  return {
    status: 200,
    headers: { ...requestIds(call.exchange), "content-type": "application/xml", ...headers },
    body: Buffer.from(document),
  };
}

/** The request's document, which must have this root. */
export async function readDocument(call: ServiceCall, root: string): Promise<XmlElement> {
  const document = readXml((await gather(call.payload.content, XML_BODY_BYTES)).toString("utf8"));
  if (document?.name !== root) throw refuse("MalformedXML");
  return document;
}

/** The object that the call is about. Refuses with NoSuchKey. */
export async function requireObject(call: BucketCall): Promise<StoredObject> {
  const object = await call.store.stat(call.key);
  if (object === undefined) throw refuse("NoSuchKey", { elements: { Key: call.key } });
  return object;
}

/** Runs work on the call's key after all earlier work on it: what is checked still holds when it is acted on. */
export function alone<Result>(call: BucketCall, world: World, work: () => Promise<Result>): Promise<Result> {
  return world.locks.run(`${call.bucketName}/${call.key}`, work);
}
