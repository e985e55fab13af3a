import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlanStep } from "@causeway/shared/ports/plan-ledger.ts";
import { createRig, never, newId, numberedKeys, type Rig, sourceOf, unwatched } from "../test/rig.ts";
import { listShard } from "./list-shard.ts";
import type { ShardListing } from "./shard-listing.ts";

const options = { signal: never };

async function shardOf(rig: Rig, jobId: string) {
  const [shard] = await rig.ledger.plans.shards(jobId);
  assert.ok(shard !== undefined);
  return shard;
}

async function listing(rig: Rig, jobId: string, changes: Partial<ShardListing> = {}): Promise<ShardListing> {
  const [shard] = await rig.ledger.plans.shards(jobId);
  return {
    jobId,
    shardId: shard?.id ?? "finished",
    prefix: "source_folder/",
    limits: { objectCountLimit: 300, objectSizeLimit: 1 << 30 },
    source: rig.source,
    plans: rig.ledger.plans,
    mayGoOn: async () => true,
    onPlanned: () => undefined,
    watch: unwatched,
    newId,
    ...changes,
  };
}

/** Every key that was planned, by taking the tasks out of the ledger again. */
async function plannedKeys(rig: Rig, jobId: string): Promise<string[]> {
  const keys: string[] = [];
  for (const pointer of await rig.ledger.dispatch.dispatch(jobId, 10_000)) {
    const taken = await rig.ledger.tasks.take(pointer, "test");
    if (taken.answer === "held") keys.push(...taken.manifest.objects.map(({ key }) => key));
  }
  return keys.toSorted();
}

describe("listing a shard", () => {
  test("tasks hold at most the limit, and the shard is finished", async () => {
    const keys = numberedKeys(2100);
    const rig = createRig({ source: sourceOf(keys) });
    const { id } = await rig.submit();
    assert.equal(await listShard(await listing(rig, id), options), "finished");
    assert.equal((await rig.ledger.jobs.counts(id))?.pendingTasks, 7);
    assert.deepEqual(await plannedKeys(rig, id), keys);
  });

  test("a listing that was left goes on at its cursor, and no key is planned twice", async () => {
    const keys = numberedKeys(5500);
    const rig = createRig({ source: sourceOf(keys) });
    const { id } = await rig.submit();
    let turns = 0;
    for (let end = "suspended"; end === "suspended"; turns += 1) {
      end = await listShard(await listing(rig, id, { mayGoOn: async () => false }), options);
    }
    assert.ok(turns >= 6, `${turns} turns`);
    assert.deepEqual(await plannedKeys(rig, id), keys);
  });

  test("two listers of one shard plan each key once: the one that is refused reads the shard again", async () => {
    const keys = numberedKeys(8000);
    const rig = createRig({ source: sourceOf(keys) });
    const { id } = await rig.submit();
    const ends = await Promise.all([
      listShard(await listing(rig, id), options),
      listShard(await listing(rig, id), options),
      listShard(await listing(rig, id), options),
    ]);
    assert.deepEqual(ends, ["finished", "finished", "finished"]);
    assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, 8000);
    assert.deepEqual(await plannedKeys(rig, id), keys);
  });

  test("a shard that is split under the lister ends at its new end", async () => {
    const keys = numberedKeys(4000);
    const rig = createRig({ source: sourceOf(keys) });
    const { id } = await rig.submit();
    const { plans } = rig.ledger;
    let steps = 0;
    const splitting = {
      ...plans,
      plan: async (step: PlanStep) => {
        steps += 1;
        if (steps === 2) {
          const { jobId, shardId, version } = step;
          await plans.split({ jobId, shardId, version, at: keys[2500] ?? "", newShardId: "second" });
        }
        return await plans.plan(step);
      },
    };
    await listShard(await listing(rig, id, { plans: splitting }), options);
    assert.deepEqual(
      (await plans.shards(id)).map((shard) => shard.id),
      ["second"],
    );
    assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, 2501);
    await listShard({ ...(await listing(rig, id)), shardId: "second" }, options);
    assert.deepEqual(await plannedKeys(rig, id), keys);
  });

  test("a job that is paused meanwhile is suspended at its cursor", async () => {
    const rig = createRig({ source: sourceOf(numberedKeys(5000)) });
    const { id } = await rig.submit();
    let pages = 0;
    const mayGoOn = async () => {
      pages += 1;
      if (pages === 2) await rig.ledger.jobs.change(id, { change: "pause", reason: null });
      return true;
    };
    assert.equal(await listShard(await listing(rig, id, { mayGoOn }), options), "suspended");
    const shard = await shardOf(rig, id);
    assert.notEqual(shard.cursor, undefined);
  });

  test("a shard that somebody else has finished needs nothing", async () => {
    const rig = createRig();
    const { id } = await rig.submit();
    await listShard(await listing(rig, id), options);
    assert.equal(await listShard(await listing(rig, id), options), "finished");
    assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, 42);
  });
});
