import { estimateLeft, type KeySpan } from "@causeway/shared/domain/bisect.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";

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

/** Told by a lister what it does. */
export interface ShardWatch {
  onShard(shard: Shard): void;
  onPage(objects: readonly SourceObject[]): void;
}

/** What was known of a shard when it was cut off. */
export interface Knowledge {
  readonly seen: readonly string[];
  readonly before: string | undefined;
  readonly expected: number;
  readonly atMs: number;
}

/** What a lister gets to know of its shard, page by page. */
export interface Sight {
  span: KeySpan;
  readonly seen: readonly string[];
  readonly pages: number;
  expected: number;
  keep(keys: readonly string[]): void;
  left(): number;
  readonly watch: ShardWatch;
}

const keptSeen = 64;
/** Keys that are kept of each page. */
const keptOfPage = 4;

export function createSight(prefix: string, announced: Knowledge | undefined): Sight {
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
        sight.span = { ...sight.span, after: ownText(last.key) };
      },
    },
  };
  return sight;
}

function nearer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) < 0 ? a : b;
}

/** V8 cuts a key out of the text of its page; one that is kept would keep all of that, a quarter of a megabyte. */
function ownText(key: string): string {
  return Buffer.from(key).toString();
}
