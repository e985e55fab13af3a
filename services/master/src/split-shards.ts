import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { ShardQueue } from "@causeway/shared/ports/task-queue.ts";
import { findCuts } from "./find-cuts.ts";
import type { ListingBoard } from "./listing-board.ts";
import type { ShardSight } from "./shard-sight.ts";

export interface SplitParts {
  readonly plans: Pick<PlanLedger, "shards" | "split">;
  readonly shards: Pick<ShardQueue, "add">;
  readonly board: Pick<ListingBoard, "announce">;
  /** 128 random bits as 32 hex digits. */
  readonly newId: () => string;
}

/** The lister of a shard changes its version with each page: so often the split is tried on the newest one. */
const mostTries = 5;
/** More of a job's shards than this keep no fleet busier, and each costs a place in the ledger. */
const mostUnfinished = 1024;

/**
 * Cuts about `wanted` shards off what is left of a shard and hands them to the queue; answers how many. None: there was nothing to
 * cut, or somebody else was faster. A crash behind a split leaves a shard that the dispatcher feeds to the queue.
 */
export async function splitShard(
  shard: ShardSight,
  wanted: number,
  parts: SplitParts,
  options: Signalled,
): Promise<number> {
  const cuts = await findCuts(shard, wanted, options);
  const { seen } = shard;
  const expected = shard.left() / (cuts.length + 1);
  let present: Shard | undefined;
  let made = 0;
  // From behind: each cut leaves the shard one piece shorter.
  for (const at of cuts.toReversed()) {
    const newShardId = parts.newId();
    present = await splitOff({ at, newShardId, known: present }, shard, parts);
    if (present === undefined) break;
    parts.board.announce(newShardId, { seen, before: shard.span.before, expected });
    shard.cutAt(at, expected);
    made += 1;
    await parts.shards.add([{ version: 1, jobId: shard.jobId, shardId: newShardId }]);
  }
  return made;
}

interface Cut {
  readonly at: string;
  readonly newShardId: string;
  /** The shard, where it is known from the split before. */
  readonly known: Shard | undefined;
}

/** Answers the shard as it is behind the split; undefined: this cut is no longer possible. */
async function splitOff(
  { at, newShardId, known }: Cut,
  shard: ShardSight,
  parts: SplitParts,
): Promise<Shard | undefined> {
  const { jobId, shardId } = shard;
  let present = known;
  for (let tries = 0; tries < mostTries; tries += 1) {
    present ??= await presentShard(shard, parts);
    if (present === undefined || !leavesBoth(present, at)) return undefined;
    const { version } = present;
    const split = await parts.plans.split({ jobId, shardId, version, at, newShardId });
    if (split === "not-now") return undefined;
    if (split === "planned") return { ...present, before: at, version: version + 1 };
    present = undefined;
  }
  return undefined;
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
