import { estimateLeft, type KeySpan } from "@causeway/shared/domain/bisect.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";

/** What is known of a shard besides what the ledger says. It may be out of date: proposals are made of it, nothing else. */
export interface ShardSight {
  readonly jobId: string;
  readonly shardId: string;
  readonly source: Pick<ObjectSource, "listPage">;
  /** What is not listed yet; its end is where probes found nothing, if that is nearer than the shard's. */
  readonly span: KeySpan;
  /** Some keys of the shard in no order: of its pages, and such as probes found. */
  readonly seen: readonly string[];
  /** A probe found this key. */
  found(key: string): void;
  /** A probe found nothing between this key and the span's end. */
  foundNothingBehind(key: string): void;
  /** About how many keys are left. */
  left(): number;
  /** Whether there is something left to split: somebody lists it. */
  isListed(): boolean;
  /** The shard ends here now, and is expected to hold so many keys yet. */
  cutAt(key: string, expected: number): void;
}

/** A shard that a lister of this process lists now. */
export interface ListedShard extends ShardSight {
  /** Whether a split may be tried: not while one is, nor soon after one found no cut. */
  isOpen(): boolean;
  /** A split is tried. */
  hold(): void;
  release(outcome: "split" | "whole"): void;
}

/** Told by a lister what it does. */
export interface ShardWatch {
  onShard(shard: Shard): void;
  onPage(objects: readonly SourceObject[]): void;
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

interface Knowledge {
  readonly seen: readonly string[];
  readonly before: string | undefined;
  readonly expected: number;
  readonly atMs: number;
}

/** A shard that is not taken within this time went to another master. */
const onItsWayMs = 1000;

export function createListingBoard(slots: number, clock: Clock): ListingBoard {
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
        ...watch,
        leave() {
          end();
          if (shards.get(shardId) === shard) shards.delete(shardId);
          yielding.delete(shardId);
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

const keptSeen = 64;
/** Keys that are kept of each page. */
const keptOfPage = 4;
/** A shard in which no cut was found is left alone for so many pages. */
const wholePages = 2;

function nearer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) < 0 ? a : b;
}

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

/** V8 cuts a key out of the text of its page; one that is kept would keep all of that, a quarter of a megabyte. */
function ownText(key: string): string {
  return Buffer.from(key).toString();
}

interface Sight {
  span: KeySpan;
  readonly seen: readonly string[];
  readonly pages: number;
  expected: number;
  keep(keys: readonly string[]): void;
  left(): number;
  readonly watch: ShardWatch;
}

function createSight(prefix: string, announced: Knowledge | undefined): Sight {
  let start: string | undefined;
  let seen: readonly string[] = announced?.seen ?? [];
  let listedKeys = 0;
  let pages = 0;
  const sight: Sight = {
    span: { after: undefined, before: announced?.before, prefix },
    expected: announced?.expected ?? Number.POSITIVE_INFINITY,
    get seen() {
      return seen;
    },
    get pages() {
      return pages;
    },
    keep(keys) {
      seen = [...seen, ...keys.map(ownText)].slice(-keptSeen);
    },
    left: () => (pages === 0 ? sight.expected : estimateLeft(listedKeys, start, sight.span, seen)),
    watch: {
      onShard(shard) {
        if (pages === 0) start = shard.cursor ?? shard.after;
        const { span } = sight;
        sight.span = { prefix, after: pages === 0 ? start : span.after, before: nearer(span.before, shard.before) };
      },
      onPage(objects) {
        const last = objects.at(-1);
        if (last === undefined) return;
        pages += 1;
        listedKeys += objects.length;
        const step = Math.ceil(objects.length / keptOfPage);
        sight.keep(objects.filter((_, at) => at % step === 0 || at === objects.length - 1).map(({ key }) => key));
        sight.span = { ...sight.span, after: last.key };
      },
    },
  };
  return sight;
}
