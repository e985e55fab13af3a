import type { StoreSet } from "./store-set.ts";

/** What a protocol's factory (`createS3Protocol`, `createOssProtocol`) is given. */
export interface ProtocolOptions {
  readonly stores: StoreSet;
  /** Access key id to secret. */
  readonly credentials: ReadonlyMap<string, string>;
  /** As the signature's scope names it: `us-east-1`, `cn-hangzhou`. */
  readonly region: string;
  /** The store's clock in Unix milliseconds; tests move it to see skewed requests refused. */
  readonly now: () => number;
}
