import type { Clock } from "@causeway/shared/ports/clock.ts";
import { createSight, type Knowledge, type ShardSight, type ShardWatch } from "./shard-sight.ts";

/** A shard that a lister of this process lists now. */
export interface ListedShard extends ShardSight {
  /** Whether a split may be tried: not while one is, nor soon after one found no cut. */
  isOpen(): boolean;
  /** A split is tried. */
  hold(): void;
  release(outcome: "split" | "whole"): void;
}

/** Which shards this process lists, and how many more it could. */
export interface ListingBoard {
  /** A lister begins; `leave` when it ends. */
  enter(shard: Pick<ShardSight, "jobId" | "shardId" | "source"> & { readonly prefix: string }): ShardWatch & {
    leave(): void;
  };
  listed(): readonly ListedShard[];
  /** Slots that list nothing and for which nothing is on its way. */
  idle(): number;
  /** A shard was cut off and put on the queue; what its lister may know, if it is one of ours. */
  announce(shardId: string, known: Omit<Knowledge, "atMs">): void;
  /**
   * Whether a shard's lister is to free its slot now: all slots are taken, and a job that is being listed has none of them
   * while this one's has several, or there are more jobs than slots. Whom it tells so, it counts as gone.
   */
  mustYield(shardId: string, listingJobs: readonly string[]): boolean;
}

/** A shard that is not taken within this time went to another master. */
const onItsWayMs = 1000;

/** `onChange`: there may be more to split, or more slots to split for. */
export function createListingBoard(slots: number, clock: Clock, onChange: () => void): ListingBoard {
  const shards = new Map<string, ListedShard>();
  const yielding = new Set<string>();
  const announced = new Map<string, Knowledge>();

  const forgetOld = (): void => {
    const oldestMs = clock.monotonicMs() - onItsWayMs;
    for (const [id, { atMs }] of announced) if (atMs < oldestMs) announced.delete(id);
  };
  const held = (jobId: string): number =>
    [...shards.values()].filter((shard) => shard.jobId === jobId && !yielding.has(shard.shardId)).length;

  return {
    enter(entered) {
      const { shardId } = entered;
      const { shard, watch, end } = watchShard(entered, announced.get(shardId));
      announced.delete(shardId);
      shards.set(shardId, shard);
      return {
        onShard(present) {
          watch.onShard(present);
          onChange();
        },
        onPage(objects) {
          watch.onPage(objects);
          onChange();
        },
        leave() {
          end();
          if (shards.get(shardId) === shard) shards.delete(shardId);
          yielding.delete(shardId);
          onChange();
        },
      };
    },
    listed: () => [...shards.values()],
    idle() {
      forgetOld();
      return slots - shards.size - announced.size;
    },
    announce(shardId, known) {
      announced.set(shardId, { ...known, atMs: clock.monotonicMs() });
    },
    mustYield(shardId, listingJobs) {
      const slotless = listingJobs.filter((id) => held(id) === 0).length;
      const jobId = shards.get(shardId)?.jobId;
      if (jobId === undefined || shards.size < slots || slotless <= yielding.size) return false;
      if (held(jobId) === 1 && listingJobs.length <= slots) return false;
      yielding.add(shardId);
      return true;
    },
  };
}

/** A shard in which no cut was found is left alone for so many pages. */
const wholePages = 2;

function watchShard(
  { jobId, shardId, source, prefix }: Parameters<ListingBoard["enter"]>[0],
  announced: Knowledge | undefined,
): { readonly shard: ListedShard; readonly watch: ShardWatch; readonly end: () => void } {
  const known = createSight(prefix, announced);
  let state: "open" | "held" = "open";
  let isListed = true;
  let wholeUntilPage = 0;
  const shard: ListedShard = {
    jobId,
    shardId,
    source,
    get span() {
      return known.span;
    },
    get seen() {
      return known.seen;
    },
    found: (key) => known.keep([key]),
    foundNothingBehind(key) {
      known.span = { ...known.span, before: key };
    },
    cutAt(key, expected) {
      known.expected = expected;
      known.span = { ...known.span, before: key };
    },
    left: () => known.left(),
    isListed: () => isListed,
    isOpen: () => state === "open" && known.seen.length > 0 && known.pages >= wholeUntilPage,
    hold() {
      state = "held";
    },
    release(outcome) {
      state = "open";
      if (outcome === "whole") wholeUntilPage = known.pages + wholePages;
    },
  };
  return {
    shard,
    watch: known.watch,
    end: () => {
      isListed = false;
    },
  };
}
