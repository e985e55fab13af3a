import { PutObjectCommand, S3Client, type StorageClass } from "@aws-sdk/client-s3";
import type { BucketConfigInput } from "@causeway/emulators/core/bucket-config.ts";
import type { FaultPlanInput } from "@causeway/emulators/core/faults.ts";
import { type Emulators, startEmulators } from "@causeway/emulators/start.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { type JobSpecInput, jobSpecSchema, splitSecrets } from "../../src/domain/job-spec.ts";
import type { CheckName, PreflightLine } from "../../src/domain/preflight/line.ts";
import { listPrices } from "../../src/domain/preflight/prices.ts";
import { type PreflightRequest, type PreflightResult, runPreflight } from "../../src/preflight/run.ts";
import { createStoreOpener } from "../../src/wiring/stores.ts";

export interface SeedObject {
  readonly key: string;
  readonly body?: string;
  readonly storageClass?: StorageClass;
  readonly metadata?: Record<string, string>;
}

/** What differs from a job that is all right, between stores that are all right. */
export interface Situation {
  readonly objects?: readonly SeedObject[];
  /** So many computed objects instead. */
  readonly computed?: number;
  /** How far the stores' clocks are ahead of ours. */
  readonly s3AheadMs?: number;
  readonly ossRegion?: string;
  readonly s3Faults?: FaultPlanInput;
  readonly ossFaults?: FaultPlanInput;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly target?: Readonly<Record<string, unknown>>;
  readonly job?: Readonly<Record<string, unknown>>;
  readonly cidrs?: readonly string[];
  readonly given?: PreflightRequest["given"];
  readonly limitMs?: number;
  readonly canaryBucket?: string;
}

export interface Looked extends PreflightResult {
  /** The lines of one check. */
  line(check: CheckName): readonly PreflightLine[];
  /** Keys and uploads that the target holds afterwards. */
  readonly left: readonly string[];
}

const plainObjects: readonly SeedObject[] = [{ key: "in/a" }, { key: "in/b", body: "b" }, { key: "in/c/d", body: "d" }];

/** Runs a preflight between two emulated stores. */
export async function preflightIn(situation: Situation): Promise<Looked> {
  const { s3AheadMs = 0, cidrs = ["127.0.0.0/8"], given = {}, limitMs = 20_000 } = situation;
  const stores = await startEmulators({
    s3: { region: "ap-northeast-1", buckets: { "pre-source": sourceOf(situation) } },
    oss: {
      region: "cn-shanghai",
      buckets: { "pre-target": { kind: "plain", ...(situation.ossRegion && { region: situation.ossRegion }) } },
    },
    now: () => Date.now() + s3AheadMs,
  });
  try {
    if (situation.computed === undefined) await lay(stores, situation.objects ?? plainObjects, s3AheadMs);
    stores.s3.setFaults(situation.s3Faults);
    stores.oss.setFaults(situation.ossFaults);
    const { open: spec, credentials } = splitSecrets(jobSpecSchema.parse(jobOf(stores, situation)));
    const rules = { env: {}, prefixes: ["SRC_"], caFile: undefined, httpsProxy: undefined, noProxy: [] };
    const result = await runPreflight(
      { spec, credentials, given },
      {
        opener: createStoreOpener({ ...rules, connections: 16, targetCidrs: cidrs }),
        clock: createSystemClock(),
        blocks: cidrs.length === 0 ? "none" : "named",
        canaryBucket: situation.canaryBucket,
        prices: listPrices,
        workerProcesses: 2,
        surroundings: [],
        probeName: ".causeway-preflight-test",
        limitMs,
      },
      new AbortController().signal,
    );
    const line = (check: CheckName) => result.lines.filter((one) => one.check === check);
    return { ...result, line, left: await leftIn(stores) };
  } finally {
    await stores.close();
  }
}

function sourceOf({ computed }: Situation): BucketConfigInput {
  if (computed === undefined) return { kind: "plain" };
  const sizes = { distribution: "fixed", bytes: 1000 } as const;
  return { kind: "synthetic", objects: computed, keys: { scheme: "flat-hex", prefix: "in/" }, sizes };
}

function jobOf({ s3, oss }: Emulators, { source, target, job }: Situation): JobSpecInput {
  const keys = ({ accessKeyId, secretAccessKey }: typeof s3) => ({ accessKeyId, secretAccessKey });
  return {
    name: "preflight",
    source: {
      region: "ap-northeast-1",
      endpoint: s3.url,
      bucket: "pre-source",
      prefix: "in/",
      pathStyle: true,
      credentials: keys(s3),
      ...source,
    },
    target: {
      region: "cn-shanghai",
      endpoint: oss.url,
      bucket: "pre-target",
      prefix: "out/",
      credentials: keys(oss),
      ...target,
    },
    ...job,
  };
}

async function lay({ s3 }: Emulators, objects: readonly SeedObject[], aheadMs: number): Promise<void> {
  const client = new S3Client({
    endpoint: s3.url,
    region: s3.region,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    systemClockOffset: aheadMs,
  });
  for (const { key, body = "", storageClass, metadata } of objects) {
    const to = {
      Bucket: "pre-source",
      Key: key,
      Body: Buffer.from(body),
      StorageClass: storageClass,
      Metadata: metadata,
    };
    await client.send(new PutObjectCommand(to));
  }
  client.destroy();
}

async function leftIn({ oss }: Emulators): Promise<readonly string[]> {
  const store = oss.stores.get("pre-target")?.store;
  const objects = await store?.list({ prefix: "", after: undefined, limit: 1000 });
  return (objects ?? []).map(({ key }) => key);
}
