import { addPage, emptyBatch, type OpenBatch } from "@causeway/shared/domain/plan.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { createPlanSteps, type PlanSteps, type Stepped } from "./plan-steps.ts";
import type { ShardListing } from "./shard-listing.ts";

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
    if (shard === undefined) return "finished";
    const end = await listFrom(shard, listing, options);
    if (end !== "refused") return end;
  }
}

async function findShard({ plans, jobId, shardId }: ShardListing): Promise<Shard | undefined> {
  return (await plans.shards(jobId)).find(({ id }) => id === shardId);
}

/** `refused`: somebody else lists the shard too; read it again and go on at its cursor. */
async function listFrom(shard: Shard, listing: ShardListing, options: Signalled): Promise<ListingEnd | "refused"> {
  listing.watch.onShard(shard);
  const steps = createPlanSteps(shard, listing);
  const turn: Turn = { pages: pagesOf(listing.source, steps.range, options), steps, open: emptyBatch, planned: 0 };
  try {
    for (;;) {
      const end = await planPage(turn, listing);
      if (end !== "more") return end;
    }
  } finally {
    turn.pages.leave();
  }
}

interface Turn {
  readonly pages: Pages;
  readonly steps: PlanSteps;
  open: OpenBatch;
  /** Pages that were. */
  planned: number;
}

/**
 * Plans the next page; `more`: there may be another one. With its end the page is nobody's any more: in a loop around `await` V8
 * keeps it, and up to two before it, for as long as the next one is waited for, a megabyte for each lister.
 */
async function planPage(turn: Turn, listing: ShardListing): Promise<ListingEnd | "refused" | "more"> {
  const { pages, steps, open } = turn;
  const page = await pages.next();
  if (page === undefined) {
    const planned = await steps.plan([open.objects]);
    return endOf(planned === "planned" ? await steps.finish() : planned);
  }
  if (turn.planned > 0 && !(await listing.mayGoOn())) return await suspend(open, steps);
  listing.watch.onPage(page);
  const batched = addPage(open, page, listing.limits);
  const planned = await steps.plan(batched.full);
  if (planned !== "planned") return endOf(planned);
  turn.planned += 1;
  turn.open = batched.open;
  return "more";
}

/** What was listed and does not fill a task is planned all the same: nothing is listed twice. */
async function suspend(open: OpenBatch, steps: PlanSteps): Promise<"suspended" | "refused"> {
  return (await steps.plan([open.objects])) === "refused" ? "refused" : "suspended";
}

function endOf(stepped: Stepped): ListingEnd | "refused" {
  switch (stepped) {
    case "planned":
      return "finished";
    case "not-now":
      return "suspended";
    case "refused":
      return "refused";
    default:
      return stepped satisfies never;
  }
}
