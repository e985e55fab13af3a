import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import type { ListedShard, ListingBoard } from "./listing-board.ts";
import { type SplitParts, splitShard } from "./split-shards.ts";

export interface SplitterParts extends SplitParts {
  readonly board: ListingBoard;
  readonly gauge: Pick<BacklogGauge, "hasRoom">;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  /** Whether the source of a job bears one more listing at once. */
  readonly bearsMore: (jobId: string, listed: number) => boolean;
  /** Splits a shard that another master lists, where this one lists none. */
  readonly splitElsewhere: (options: Signalled) => Promise<void>;
}

export interface Splitter {
  start(): void;
  stop(): Promise<void>;
}

const lookEveryMs = 25;
/** A master that lists nothing looks at the others' shards this often. */
const elsewhereEveryMs = 1000;
/** Less than two pages are listed faster than split. */
const smallestLeft = 2000;

/** Gives idle listers work: each splits the shard that has the most left, so the splits go on until every slot lists. */
export function createSplitter(parts: SplitterParts): Splitter {
  const { board, clock, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const attempts = new Set<Promise<void>>();
  let elsewhereMs = clock.monotonicMs();
  let loop = Promise.resolve();

  function attempt(split: () => Promise<void>): void {
    const running: Promise<void> = split()
      .catch((error: unknown) => {
        // A refusal of the source is its lister's to judge, and a ledger that is away comes back.
        if (!signal.aborted && !(error instanceof Fault)) log.warn({ err: error }, "a shard could not be split");
      })
      .finally(() => attempts.delete(running));
    attempts.add(running);
  }

  async function split(shard: ListedShard): Promise<void> {
    let outcome: "split" | "whole" = "whole";
    try {
      // At the watermark listers end for a while; their slots are not short of work.
      if (await parts.gauge.hasRoom(shard.jobId)) outcome = await splitShard(shard, parts, { signal });
      if (outcome === "split") parts.meter.count("migration_split_shards_total", {});
    } finally {
      shard.release(outcome);
    }
  }

  function look(): void {
    const idle = board.idle() - attempts.size;
    if (idle <= 0) return;
    const listed = board.listed();
    if (listed.length === 0) {
      if (attempts.size > 0 || clock.monotonicMs() - elsewhereMs < elsewhereEveryMs) return;
      elsewhereMs = clock.monotonicMs();
      attempt(() => parts.splitElsewhere({ signal }));
      return;
    }
    for (const shard of mostLeft(listed, parts).slice(0, idle)) {
      shard.hold();
      attempt(() => split(shard));
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      look();
      await clock.sleep(lookEveryMs, { signal }).catch(() => undefined);
    }
    await Promise.all(attempts);
  }

  return {
    start() {
      loop = run();
    },
    async stop() {
      stopping.abort(new Error("stopping"));
      await loop;
    },
  };
}

function mostLeft(listed: readonly ListedShard[], { bearsMore }: SplitterParts): readonly ListedShard[] {
  const count = (jobId: string): number => listed.filter((shard) => shard.jobId === jobId).length;
  return listed
    .filter((shard) => shard.isOpen() && bearsMore(shard.jobId, count(shard.jobId)))
    .map((shard) => ({ shard, left: shard.left() }))
    .filter(({ left }) => left >= smallestLeft)
    .toSorted((a, b) => b.left - a.left)
    .map(({ shard }) => shard);
}
