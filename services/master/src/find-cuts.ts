import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import { piecesOf, type ProbedCut, proposeCuts } from "@causeway/shared/domain/probe-cuts.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { ShardSight } from "./shard-sight.ts";

/** A shard in which so many rounds of probes bring no cut is left whole for a while: others may have more left. */
const mostRounds = 3;
/** Probes of a round, at least. Each takes the place of a page where all lanes list. */
const fewestProbes = 2;

/**
 * Finds keys to cut what is left of a shard at, about `wanted`, in order, each with a key behind it and before the next one. All
 * probes of a round are under way at once; the next round looks into the pieces that hold keys.
 */
export async function findCuts(shard: ShardSight, wanted: number, options: Signalled): Promise<readonly string[]> {
  const probed: ProbedCut[] = [];
  for (let rounds = 0; rounds < mostRounds && shard.isListed(); rounds += 1) {
    const pieces = piecesOf(shard.span, probed);
    if (pieces.length > wanted) break;
    const proposed = proposeCuts(pieces, shard.seen, Math.max(wanted, fewestProbes));
    if (proposed.length === 0) break;
    probed.push(...(await Promise.all(proposed.map((cut) => probe(cut, shard, options)))));
  }
  return piecesOf(shard.span, probed)
    .map(({ cut }) => cut)
    .filter((cut) => cut !== undefined);
}

async function probe(cut: string, shard: ShardSight, options: Signalled): Promise<ProbedCut> {
  const { objects } = await shard.source.listPage({ after: cut, prefix: shard.span.prefix, limit: 1 }, options);
  const found = objects[0]?.key;
  const { before } = shard.span;
  if (found !== undefined && (before === undefined || compareKeys(found, before) <= 0)) shard.found(found);
  else shard.foundNothingBehind(cut);
  return { cut, found };
}
