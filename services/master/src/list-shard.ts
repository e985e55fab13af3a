import type { SourceObject } from "@causeway/shared/domain/object.ts";
import { addPage, type BatchLimits, emptyBatch, type OpenBatch, taskOf } from "@causeway/shared/domain/plan.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Planned, PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import { pagesOf } from "./pages.ts";

export interface ShardListing {
  readonly jobId: string;
  readonly shardId: string;
  readonly prefix: string;
  readonly limits: BatchLimits;
  readonly source: Pick<ObjectSource, "listPage">;
  readonly plans: PlanLedger;
  /** Asked before each page but the first: false saves the cursor and leaves the rest to a later turn. */
  mayGoOn(): Promise<boolean>;
  /** Told after each step that stored tasks. */
  onPlanned(objects: number): void;
  /** 128 random bits as 32 hex digits. */
  readonly newId: () => string;
}

/** `suspended`: the cursor is saved, another turn goes on. */
export type ListingEnd = "finished" | "suspended";

/**
 * Lists a shard from its cursor to its end and plans its objects as tasks, a step for each page that fills some. Whoever
 * else works on the shard, or wherever this process dies: a step counts only on the version it was made for, so every key is
 * planned once.
 */
export async function listShard(listing: ShardListing, options: Signalled): Promise<ListingEnd> {
  for (;;) {
    const shard = await findShard(listing);
    if (shard === undefined || shard.finished) return "finished";
    const end = await listFrom(shard, listing, options);
    if (end !== "refused") return end;
  }
}

async function findShard({ plans, jobId, shardId }: ShardListing): Promise<Shard | undefined> {
  return (await plans.shards(jobId)).find(({ id }) => id === shardId);
}

/** `refused`: somebody changed the shard; read it again and go on at its cursor. */
async function listFrom(shard: Shard, listing: ShardListing, options: Signalled): Promise<ListingEnd | "refused"> {
  const { jobId, shardId, plans } = listing;
  const range = { after: shard.cursor ?? shard.after, before: shard.before, prefix: listing.prefix };
  let { version } = shard;
  let knownCursor = shard.cursor ?? null;
  let open: OpenBatch = emptyBatch;

  const plan = async (batches: readonly (readonly SourceObject[])[]): Promise<Planned> => {
    const cursor = batches.at(-1)?.at(-1)?.key;
    if (cursor === undefined) return "planned";
    const tasks = batches.map((objects) => taskOf(objects, listing.newId));
    const planned = await plans.plan({ jobId, shardId, version, knownCursor, planId: listing.newId(), cursor, tasks });
    if (planned === "planned") {
      version += 1;
      knownCursor = cursor;
      listing.onPlanned(batches.reduce((sum, batch) => sum + batch.length, 0));
    }
    return planned;
  };

  let pages = 0;
  for await (const page of pagesOf(listing.source, range, options)) {
    if (pages > 0 && !(await listing.mayGoOn())) return await suspend(open, plan);
    pages += 1;
    const batched = addPage(open, page, listing.limits);
    const planned = await plan(batched.full);
    if (planned !== "planned") return endOf(planned);
    open = batched.open;
  }
  const planned = await plan([open.objects]);
  if (planned !== "planned") return endOf(planned);
  return endOf(await plans.finish({ jobId, shardId, version }));
}

/** What was listed and does not fill a task is planned all the same: nothing is listed twice. */
async function suspend(
  open: OpenBatch,
  plan: (batches: readonly (readonly SourceObject[])[]) => Promise<Planned>,
): Promise<"suspended" | "refused"> {
  return (await plan([open.objects])) === "refused" ? "refused" : "suspended";
}

function endOf(planned: Planned): ListingEnd | "refused" {
  switch (planned) {
    case "planned":
      return "finished";
    case "not-now":
      return "suspended";
    case "refused":
      return "refused";
    default:
      return planned satisfies never;
  }
}
