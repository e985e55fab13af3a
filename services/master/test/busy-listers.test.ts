import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createMemoryShardQueue } from "@causeway/shared/adapters/memory/task-queue.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import { someObject } from "@causeway/shared/testing/builders.ts";
import { keySpaceNames, keysOfSpace } from "@causeway/shared/testing/key-spaces.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createListing } from "../src/listing.ts";
import { createRig, noMeter, quiet, sourceOf } from "./rig.ts";

const listers = 16;
/** So many ask for a page at once where each has a shard: the others' answers come, or they look where to split. */
const busyListers = 12;
const answerMs = 50;
const stepMs = 5;
const keyCount = 200_000;

const digits = (value: number, width: number): string => String(value).padStart(width, "0");

/** Days of which the one at rank r holds a share in proportion to 1/r; the ranks come in no order. */
function* datedKeys(): Generator<string> {
  const days = 500;
  const shares = Array.from({ length: days }, (_, day) => 1 / (1 + ((day * 7919) % days)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  for (const [day, share] of shares.entries()) {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10).replaceAll("-", "/");
    for (let at = 0; at < (share / total) * keyCount; at += 1) yield `${date}/event-${digits(at, 10)}`;
  }
}

const spaces: readonly (readonly [name: string, keysOf: () => readonly string[]])[] = [
  ...keySpaceNames.map((name) => [name, () => keysOfSpace(name, keyCount)] as const),
  ["days, a few of which hold most", () => [...datedKeys()].toSorted(compareKeys)],
];

/** A bucket in which each answer takes `answerMs` of the clock, and how many pages are asked for at the moment. */
function createBucket(keys: readonly string[], clock: ReturnType<typeof createManualClock>) {
  const asked = { pages: 0 };
  function behind(after: string | undefined): number {
    if (after === undefined) return 0;
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(keys[middle] ?? "", after) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  async function listPage({ after, limit }: ListRequest, options: Signalled) {
    const isPage = limit > 1;
    if (isPage) asked.pages += 1;
    await clock.sleep(answerMs, options).finally(() => {
      if (isPage) asked.pages -= 1;
    });
    const from = behind(after);
    const objects = keys.slice(from, from + limit).map((key) => someObject({ key }));
    const more = from + limit < keys.length;
    return { objects, more, last: more ? objects.at(-1)?.key : undefined };
  }
  return { source: { ...sourceOf([]), listPage }, asked };
}

/** Lets everything happen that waits for no clock. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

/** Lists the bucket in the clock's time: when most listers asked for pages first, and how long the whole took. */
async function listInVirtualTime(keys: readonly string[]) {
  const clock = createManualClock();
  const { source, asked } = createBucket(keys, clock);
  const rig = createRig({ source, clock });
  const job = await rig.submit({ source: wholeBucket });
  const shards = createMemoryShardQueue();
  const consumer = shards.consumer({ concurrency: listers });
  const stopping = new AbortController();
  let ids = 0;
  let listed = 0;
  const listing = createListing({
    ...rig.ledger,
    ledger: rig.ledger.dispatch,
    plans: { ...rig.ledger.plans, plan: (step) => rig.ledger.plans.plan({ ...step, tasks: [] }) },
    stores: { use: (_job, act) => act({ source, target: rig.target }), close: async () => undefined },
    gauge: {
      hasRoom: async () => true,
      isChanged: () => false,
      planned: () => undefined,
      listing: () => [job.id],
    },
    shards,
    slots: listers,
    clock,
    meter: {
      ...noMeter,
      count: (name, _, by = 1) => void (name === "migration_listed_objects_total" && (listed += by)),
    },
    log: quiet,
    newId: () => digits((ids += 1), 32),
    onChange: () => undefined,
    stopping: stopping.signal,
  });
  consumer.start(listing.list);
  listing.start();
  const [first] = await rig.ledger.plans.shards(job.id);
  await shards.add([{ version: 1, jobId: job.id, shardId: first?.id ?? "" }]);
  let busyMs = Number.POSITIVE_INFINITY;
  while ((await rig.ledger.jobs.counts(job.id))?.listingFinished !== true) {
    await settled();
    if (asked.pages >= busyListers) busyMs = Math.min(busyMs, clock.monotonicMs());
    clock.advance(stepMs);
  }
  const tookMs = clock.monotonicMs();
  stopping.abort(new Error("listed"));
  const stopped = Promise.all([consumer.stop("drain"), listing.stop()]);
  for (let turns = 0; turns < 20; turns += 1) {
    await settled();
    clock.advance(answerMs);
  }
  await stopped;
  return { listed, busyMs, tookMs };
}

const wholeBucket = {
  provider: "s3",
  region: "eu-west-1",
  endpoint: "https://s3.eu-west-1.amazonaws.com",
  bucket: "bucket",
  prefix: "",
  credentials: { accessKeyId: "id", secretAccessKey: "secret" },
} as const;

describe("listers of one bucket, in virtual time", () => {
  for (const [name, keysOf] of spaces) {
    test(`most have work within twelve answers of the source, and share the listing: ${name}`, async () => {
      const keys = keysOf();
      const { listed, busyMs, tookMs } = await listInVirtualTime(keys);
      assert.equal(listed, keys.length);
      assert.ok(busyMs <= 12 * answerMs, `${busyListers} were busy after ${busyMs} ms`);
      const pages = keys.length / 1000;
      const oneByOneMs = pages * answerMs;
      assert.ok(oneByOneMs / tookMs >= listers / 4, `${pages} pages took ${tookMs} ms`);
    });
  }
});
