import type { StoreSet } from "../core/store-set.ts";

export interface OssProtocolOptions {
  readonly stores: StoreSet;
  /** Access key id to secret. */
  readonly credentials: ReadonlyMap<string, string>;
  /** Where access key ids are temporary: the security token that their requests must carry. */
  readonly securityTokens?: ReadonlyMap<string, string> | undefined;
  /** Without `oss-`, as in a V4 signature: `cn-hangzhou`. A bucket's configuration may name another one. */
  readonly region: string;
  /** The store's clock in Unix milliseconds. */
  readonly now: () => number;
  /** How long a restore of an archived object takes. Default 1,000 ms; OSS takes a minute and more. */
  readonly restoreMs?: number | undefined;
}
