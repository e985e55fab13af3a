import { proposeCut } from "@causeway/shared/domain/bisect.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { ShardQueue } from "@causeway/shared/ports/task-queue.ts";
import type { ListingBoard, ShardSight } from "./listing-board.ts";

export interface SplitParts {
  readonly plans: Pick<PlanLedger, "shards" | "split">;
  readonly shards: Pick<ShardQueue, "add">;
  readonly board: Pick<ListingBoard, "announce">;
  /** 128 random bits as 32 hex digits. */
  readonly newId: () => string;
}

/** A shard in which so many probes bring no cut is left whole. */
const mostProbes = 16;
/** The lister of a shard changes its version with each page: so often the split is tried on the newest one. */
const mostTries = 5;
/** More of a job's shards than this keep no fleet busier, and each costs a place in the ledger. */
const mostUnfinished = 1024;

/**
 * Cuts what is left of a shard in two and hands the new shard to the queue. `whole`: there was nothing to cut, or somebody else
 * was faster. A crash behind the split leaves a shard that the dispatcher feeds to the queue.
 */
export async function splitShard(shard: ShardSight, parts: SplitParts, options: Signalled): Promise<"split" | "whole"> {
  const at = await findCut(shard, options);
  if (at === undefined) return "whole";
  const newShardId = parts.newId();
  for (let tries = 0; tries < mostTries; tries += 1) {
    const present = await presentShard(shard, parts);
    if (present === undefined || !leavesBoth(present, at)) return "whole";
    const { version } = present;
    const split = await parts.plans.split({ jobId: shard.jobId, shardId: shard.shardId, version, at, newShardId });
    if (split === "not-now") return "whole";
    if (split === "refused") continue;
    const { span } = shard;
    parts.board.announce(newShardId, shard, span, shard.cutAt(at));
    await parts.shards.add([{ version: 1, jobId: shard.jobId, shardId: newShardId }]);
    return "split";
  }
  return "whole";
}

/** Probes until there is a cut with a key behind it, and what it found makes no other proposal. */
async function findCut(shard: ShardSight, options: Signalled): Promise<string | undefined> {
  let cut: string | undefined;
  for (let probes = 0; probes < mostProbes; probes += 1) {
    const proposed = proposeCut(shard.span, shard.seen);
    if (proposed === undefined || proposed === cut) break;
    const { objects } = await shard.source.listPage({ after: proposed, prefix: shard.span.prefix, limit: 1 }, options);
    const found = objects[0]?.key;
    const { before } = shard.span;
    if (found !== undefined && (before === undefined || compareKeys(found, before) <= 0)) {
      cut = proposed;
      shard.found(found);
    } else {
      shard.foundNothingBehind(proposed);
    }
  }
  return cut;
}

async function presentShard({ jobId, shardId }: ShardSight, { plans }: SplitParts): Promise<Shard | undefined> {
  const unfinished = await plans.shards(jobId);
  return unfinished.length < mostUnfinished ? unfinished.find(({ id }) => id === shardId) : undefined;
}

/** The ledger compares no keys: whether the cut lies in what is left is for us to say, of the very version that is split. */
function leavesBoth({ after, cursor, before }: Shard, at: string): boolean {
  const from = cursor ?? after;
  return (from === undefined || compareKeys(at, from) > 0) && (before === undefined || compareKeys(at, before) < 0);
}
