import type { BucketStore } from "../core/bucket.ts";

/** A key pair that the emulated account knows. */
export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Set for temporary credentials: every request must then carry this token. */
  readonly securityToken?: string | undefined;
}

/** One bucket of the account. */
export interface OssBucket {
  readonly name: string;
  readonly store: BucketStore;
  readonly createdMs: number;
}

/** The buckets of the account. Names are those of OSS; whoever implements this need not check them. */
export interface OssBuckets {
  find(name: string): OssBucket | undefined;
  all(): readonly OssBucket[];
  /** Answers the bucket that is there already, where there is one. */
  create(name: string): Promise<OssBucket>;
  /** Called only for a bucket that holds no object. */
  remove(name: string): Promise<void>;
}

export interface OssProtocolOptions {
  /** Without `oss-`, as in a V4 signature: `cn-hangzhou`. */
  readonly region: string;
  readonly credentials: readonly OssCredentials[];
  readonly buckets: OssBuckets;
  /** Milliseconds since the epoch; the machine's clock where not given. */
  readonly now?: (() => number) | undefined;
  /** How long a restore of an archived object takes. Default 1,000 ms; OSS takes a minute and more. */
  readonly restoreMs?: number | undefined;
}
