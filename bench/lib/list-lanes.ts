import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { createMemoryShardQueue } from "@causeway/shared/adapters/memory/task-queue.ts";
import { createS3Source } from "@causeway/shared/adapters/s3/s3-source.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { beginYoung } from "@causeway/shared/platform/heap.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { someCredentials, someJob } from "@causeway/shared/testing/builders.ts";
import { randomBytes } from "node:crypto";
import { createListing } from "../../services/master/src/listing.ts";
import type { Store } from "../../test/system/system.ts";

export interface Listed {
  readonly keys: number;
  readonly seconds: number;
  /** CPU time of this process, which lists and does nothing else. */
  readonly cpuSeconds: number;
  readonly shards: number;
}

const { signal } = new AbortController();
const pollMs = 5;
const longestRunMs = 600_000;

/**
 * Lists a bucket as a master with `lanes` slots does: listers, splits and S3 adapter are the real ones. The ledger and the queue
 * are in memory, and tasks are thrown away where they would be stored: what is measured is listing alone.
 */
export async function listInLanes(stores: readonly Store[], bucket: string, lanes: number): Promise<Listed> {
  beginYoung();
  const clock = createSystemClock();
  const ledger = createMemoryLedger(clock);
  const shards = createMemoryShardQueue();
  const consumer = shards.consumer({ concurrency: lanes });
  const record = someJob({ createdAtMs: clock.now() }, {});
  const job = { ...record, spec: { ...record.spec, source: { ...record.spec.source, prefix: "" } } };
  await ledger.jobs.submit({ record: job, sealedCredentials: "", idempotencyKey: undefined });
  const source = spread(stores.map((store) => openSource(store, bucket, lanes)));
  const target = createMemoryTarget();
  const stopping = new AbortController();
  let keys = 0;
  let splits = 0;
  const listing = createListing({
    jobs: ledger.jobs,
    ledger: ledger.dispatch,
    silences: ledger.silences,
    plans: { ...ledger.plans, plan: (step) => ledger.plans.plan({ ...step, tasks: [] }) },
    stores: { use: (_job, act) => act({ source, target }), close: async () => undefined },
    gauge: { hasRoom: async () => true, isChanged: () => false, planned: () => undefined, listing: () => [job.id] },
    shards,
    slots: lanes,
    clock,
    meter: {
      count: (name, _labels, by = 1) => {
        if (name === "migration_listed_objects_total") keys += by;
        if (name === "migration_split_shards_total") splits += by;
      },
      time: () => undefined,
      gauge: () => undefined,
      timer: () => () => undefined,
    },
    log: createLogger({ service: "bench", level: "fatal", version: "0" }),
    newId: () => randomBytes(16).toString("hex"),
    onChange: () => undefined,
    stopping: stopping.signal,
  });
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  consumer.start(listing.list);
  if (lanes > 1) listing.start();
  const [first] = await ledger.plans.shards(job.id);
  await shards.add([{ version: 1, jobId: job.id, shardId: first?.id ?? "" }]);
  while ((await ledger.jobs.counts(job.id))?.listingFinished !== true) {
    if (performance.now() - startedAtMs > longestRunMs) throw new Error(`only ${keys} keys were listed in time`);
    await clock.sleep(pollMs, { signal });
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await Promise.all([consumer.stop("drain"), listing.stop()]);
  await source.close();
  return { keys, seconds, cpuSeconds: (user + system) / 1e6, shards: splits + 1 };
}

function openSource({ url, region, accessKeyId, secretAccessKey }: Store, bucket: string, lanes: number) {
  const credentials = { ...someCredentials.source, accessKeyId, secretAccessKey };
  return createS3Source({
    endpoint: url,
    region,
    bucket,
    pathStyle: true,
    requesterPays: false,
    connections: lanes * 2,
    credentials: async () => credentials,
  });
}

/** Several stores that hold the same keys, asked in turn. */
function spread(sources: readonly ReturnType<typeof openSource>[]): ReturnType<typeof openSource> {
  const [first] = sources;
  if (first === undefined) throw new Error("there is no store to list");
  let asked = 0;
  return {
    ...first,
    listPage(request, options) {
      asked += 1;
      return (sources[asked % sources.length] ?? first).listPage(request, options);
    },
    close: async () => void (await Promise.all(sources.map((source) => source.close()))),
  };
}
