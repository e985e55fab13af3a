import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import { taskOf } from "@causeway/shared/domain/plan.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { Planned } from "@causeway/shared/ports/plan-ledger.ts";
import type { ShardListing } from "./shard-listing.ts";
import type { PageRange } from "./pages.ts";

/** `refused`: somebody else planned of this shard, or finished it. */
export type Stepped = Planned;

/** A lister's steps at the ledger, each on the version that the one before left. */
export interface PlanSteps {
  /** What is to be listed; it shrinks when somebody splits the shard. */
  readonly range: PageRange;
  plan(batches: readonly (readonly SourceObject[])[]): Promise<Stepped>;
  finish(): Promise<Stepped>;
}

type Batches = readonly (readonly SourceObject[])[];

/**
 * A step that is refused because the shard was split meanwhile is tried again, cut to the shard's new end: what lies behind
 * belongs to the new shard. That is so as long as the cursor is still the one that we left.
 */
export function createPlanSteps(shard: Shard, listing: ShardListing): PlanSteps {
  const { jobId, shardId, plans } = listing;
  const range: { after: string | undefined; before: string | undefined; prefix: string } = {
    after: shard.cursor ?? shard.after,
    before: shard.before,
    prefix: listing.prefix,
  };
  let { version } = shard;
  let knownCursor = shard.cursor ?? null;

  /** Answers whether the shard was only split, and is known as it is now. */
  async function isOnlySplit(): Promise<boolean> {
    const present = (await plans.shards(jobId)).find(({ id }) => id === shardId);
    if (present === undefined || (present.cursor ?? null) !== knownCursor) return false;
    // A version that was given anew, or an end that grew again: Redis fell back, and we know too little.
    if (present.version === version || endsBehind(present.before, range.before)) return false;
    ({ version } = present);
    range.before = present.before;
    listing.watch.onShard(present);
    return true;
  }

  async function stepping(step: () => Promise<Planned>): Promise<Stepped> {
    for (;;) {
      const stepped = await step();
      if (stepped !== "refused" || !(await isOnlySplit())) return stepped;
    }
  }

  async function planOnce(batches: Batches): Promise<Planned> {
    const wanted = batches.map((batch) => upTo(batch, range.before)).filter(({ length }) => length > 0);
    const cursor = wanted.at(-1)?.at(-1)?.key;
    if (cursor === undefined) return "planned";
    const tasks = wanted.map((objects) => taskOf(objects, listing.newId));
    const planned = await plans.plan({ jobId, shardId, version, knownCursor, planId: listing.newId(), cursor, tasks });
    if (planned === "planned") {
      version += 1;
      knownCursor = cursor;
      const objects = wanted.reduce((sum, batch) => sum + batch.length, 0);
      listing.onPlanned({ tasks: tasks.length, objects });
    }
    return planned;
  }

  return {
    range,
    plan: (batches) => stepping(() => planOnce(batches)),
    finish: () =>
      stepping(() => {
        const known = { cursor: knownCursor, before: range.before ?? null };
        return plans.finish({ jobId, shardId, version, known });
      }),
  };
}

function endsBehind(end: string | undefined, known: string | undefined): boolean {
  if (known === undefined) return false;
  return end === undefined || compareKeys(end, known) > 0;
}

function upTo(objects: readonly SourceObject[], before: string | undefined): readonly SourceObject[] {
  const last = objects.at(-1);
  if (before === undefined || last === undefined || compareKeys(last.key, before) <= 0) return objects;
  return objects.filter(({ key }) => compareKeys(key, before) <= 0);
}
