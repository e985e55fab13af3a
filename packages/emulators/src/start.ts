import { join } from "node:path";

import { bucketConfigSchema, type BucketConfigInput } from "./core/bucket-config.ts";
import type { Protocol } from "./core/exchange.ts";
import { createFaultPlan, faultPlanSchema, type FaultPlanInput } from "./core/faults.ts";
import { listen } from "./core/listen.ts";
import { createRequestLog, type OperationCount } from "./core/request-log.ts";
import { createStoreSet, type StoreSet } from "./core/store-set.ts";
import { createOssProtocol } from "./oss/protocol.ts";
import { createS3Protocol } from "./s3/protocol.ts";

/** One emulator's settings. Everything has a default. */
export interface EmulatorConfig {
  /** 0, the default, takes a free port. */
  readonly port?: number | undefined;
  readonly region?: string | undefined;
  /** Access key id to secret. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** Access key id to the security token of its temporary credentials: their requests must carry it. */
  readonly securityTokens?: Readonly<Record<string, string>> | undefined;
  /** Made at the start; a plain bucket that the folder holds already keeps its objects. */
  readonly buckets?: Readonly<Record<string, BucketConfigInput>> | undefined;
  readonly faults?: FaultPlanInput | undefined;
  /** How long a restore of an archived object takes; default 1,000 ms. */
  readonly restoreMs?: number | undefined;
}

export interface EmulatorsConfig {
  readonly s3?: EmulatorConfig | undefined;
  readonly oss?: EmulatorConfig | undefined;
  /** The address that both listen on; 127.0.0.1 unless told otherwise. */
  readonly host?: string | undefined;
  /** Where plain buckets keep their objects; undefined: in memory. */
  readonly folder?: string | undefined;
  /** The stores' clock in Unix milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** A running emulator: what a client must know, and handles for whoever runs it in its own process. */
export interface Emulator {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly stores: StoreSet;
  /** Replaces the fault plan at once; `undefined` lifts it. */
  setFaults(plan: FaultPlanInput | undefined): void;
  requests(): Readonly<Record<string, OperationCount>>;
  close(): Promise<void>;
}

export interface Emulators {
  readonly s3: Emulator;
  readonly oss: Emulator;
  close(): Promise<void>;
}

/** What makes an emulator of a protocol. */
interface Kind {
  readonly name: "s3" | "oss";
  readonly region: string;
  readonly create: (context: ProtocolContext) => Protocol;
}

interface ProtocolContext {
  readonly stores: StoreSet;
  readonly credentials: ReadonlyMap<string, string>;
  readonly securityTokens: ReadonlyMap<string, string>;
  readonly region: string;
  readonly now: () => number;
  readonly restoreMs: number | undefined;
}

const DEFAULT_CREDENTIALS = { "emulator-access-key": "emulator-secret-key" };

const S3: Kind = { name: "s3", region: "us-east-1", create: createS3Protocol };
const OSS: Kind = { name: "oss", region: "cn-hangzhou", create: createOssProtocol };

/** Starts an S3 and an OSS store. */
export async function startEmulators(config: EmulatorsConfig = {}): Promise<Emulators> {
  const s3 = await startEmulator(S3, config.s3 ?? {}, config);
  const oss = await startEmulator(OSS, config.oss ?? {}, config).catch(async (error: unknown) => {
    await s3.close();
    throw error;
  });
  return { s3, oss, close: async () => void (await Promise.all([s3.close(), oss.close()])) };
}

async function startEmulator(kind: Kind, own: EmulatorConfig, shared: EmulatorsConfig): Promise<Emulator> {
  const now = shared.now ?? Date.now;
  const region = own.region ?? kind.region;
  const credentials = new Map(Object.entries(own.credentials ?? DEFAULT_CREDENTIALS));
  const folder = shared.folder === undefined ? undefined : join(shared.folder, kind.name);
  const stores = await createStoreSet({ folder, now });
  for (const [name, input] of Object.entries(own.buckets ?? {})) await openBucket(stores, name, input);
  const faults = { current: createFaultPlan(faultPlanSchema.parse(own.faults ?? {})) };
  const requests = createRequestLog();
  const securityTokens = new Map(Object.entries(own.securityTokens ?? {}));
  const protocol = kind.create({ stores, credentials, securityTokens, region, now, restoreMs: own.restoreMs });
  const listener = await listen({ protocol, port: own.port ?? 0, host: shared.host, stores, requests, faults, now });
  const [[accessKeyId, secretAccessKey] = ["", ""]] = credentials;
  return {
    url: listener.url,
    region,
    accessKeyId,
    secretAccessKey,
    stores,
    setFaults: (plan) => {
      faults.current = createFaultPlan(faultPlanSchema.parse(plan ?? {}));
    },
    requests: requests.read,
    close: listener.close,
  };
}

/** A bucket of the same configuration, left in the folder by an earlier process, stays as it is. */
async function openBucket(stores: StoreSet, name: string, input: BucketConfigInput): Promise<void> {
  const config = bucketConfigSchema.parse(input);
  const known = stores.get(name);
  if (known === undefined || JSON.stringify(known.config) !== JSON.stringify(config)) await stores.create(name, config);
}
