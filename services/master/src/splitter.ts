import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { Alarm } from "./alarm.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import type { ListedShard, ListingBoard } from "./listing-board.ts";
import { type SplitParts, splitShard } from "./split-shards.ts";

export interface SplitterParts extends SplitParts {
  readonly board: ListingBoard;
  /** Rings when the board changes. */
  readonly alarm: Alarm;
  readonly gauge: Pick<BacklogGauge, "hasRoom">;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  /** How many listings at once the source of a job bears. */
  readonly bears: (jobId: string) => number;
  /** Splits off about so many shards of what another master lists, where this one lists none. */
  readonly splitElsewhere: (wanted: number, options: Signalled) => Promise<void>;
}

export interface Splitter {
  start(): void;
  stop(): Promise<void>;
}

/** From a change of the board to the look at it: what changes meanwhile is seen by the same look. */
const gatherMs = 25;
/** A master that lists nothing looks at the others' shards this often. */
const elsewhereEveryMs = 1000;
/** Less than two pages are listed faster than split. */
const smallestLeft = 2000;

/** Gives idle listers work: each splits the shard that has the most left, so the splits go on until every slot lists. */
export function createSplitter(parts: SplitterParts): Splitter {
  const { board, alarm, clock, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** What is under way, and how many shards each is to bring. */
  const attempts = new Map<Promise<void>, number>();
  let elsewhereMs = clock.monotonicMs();
  let loop = Promise.resolve();

  function attempt(wanted: number, split: () => Promise<void>): void {
    const running: Promise<void> = split()
      .catch((error: unknown) => {
        // A refusal of the source is its lister's to judge, and a ledger that is away comes back.
        if (!signal.aborted && !(error instanceof Fault)) log.warn({ err: error }, "a shard could not be split");
      })
      .finally(() => attempts.delete(running))
      .finally(() => alarm.ring());
    attempts.set(running, wanted);
  }

  async function split(shard: ListedShard, wanted: number): Promise<void> {
    let made = 0;
    try {
      // At the watermark listers end for a while; their slots are not short of work.
      if (await parts.gauge.hasRoom(shard.jobId)) made = await splitShard(shard, wanted, parts, { signal });
      if (made > 0) parts.meter.count("migration_split_shards_total", {}, made);
    } finally {
      shard.release(made > 0 ? "split" : "whole");
    }
  }

  function look(): void {
    const sought = attempts.values().reduce((sum, wanted) => sum + wanted, 0);
    const idle = board.idle() - sought;
    if (idle <= 0) return;
    const listed = board.listed();
    if (listed.length === 0) {
      if (attempts.size > 0 || clock.monotonicMs() - elsewhereMs < elsewhereEveryMs) return;
      elsewhereMs = clock.monotonicMs();
      attempt(1, () => parts.splitElsewhere(idle, { signal }));
      return;
    }
    for (const { shard, wanted } of sharesOf(listed, idle, parts)) {
      shard.hold();
      attempt(wanted, () => split(shard, wanted));
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      look();
      await alarm.pause(elsewhereEveryMs);
      await clock.sleep(gatherMs, { signal }).catch(() => undefined);
    }
    await Promise.all(attempts);
  }

  return {
    start() {
      loop = run();
    },
    async stop() {
      stopping.abort(new Error("stopping"));
      alarm.ring();
      await loop;
    },
  };
}

interface Share {
  readonly shard: ListedShard;
  readonly wanted: number;
}

/** Which shards are to be split for so many idle slots, and in how many: the more is left of one, the more. */
function sharesOf(listed: readonly ListedShard[], idle: number, { bears }: SplitterParts): readonly Share[] {
  const open = listed
    .filter((shard) => shard.isOpen())
    .map((shard) => ({ shard, left: Math.min(shard.left(), Number.MAX_SAFE_INTEGER) }))
    .filter(({ left }) => left >= smallestLeft)
    .toSorted((a, b) => b.left - a.left);
  const total = open.reduce((sum, { left }) => sum + left, 0);
  const shares: Share[] = [];
  const room = new Map<string, number>();
  let free = idle;
  for (const { shard, left } of open) {
    const { jobId } = shard;
    const ofJob = room.get(jobId) ?? bears(jobId) - listed.filter((other) => other.jobId === jobId).length;
    const wanted = Math.min(Math.ceil((idle * left) / total), free, ofJob);
    if (wanted <= 0) continue;
    free -= wanted;
    room.set(jobId, ofJob - wanted);
    shares.push({ shard, wanted });
  }
  return shares;
}
