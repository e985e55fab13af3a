import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { type Side, silenceGapMs } from "@causeway/shared/domain/trouble.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { AskedStore, SilenceLedger } from "@causeway/shared/ports/silence-ledger.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import type { ListingBoard } from "./listing-board.ts";
import type { StoreWatch } from "./patience.ts";
import { endTrouble, tellSilence, type TroubleParts } from "./tell-trouble.ts";

export interface TurnParts extends TroubleParts {
  readonly gauge: BacklogGauge;
  readonly board: ListingBoard;
  readonly silences: SilenceLedger;
  readonly clock: Clock;
}

/** How long a lister goes on with its shard. */
export interface ListingTurn {
  /** Asked after each page: false saves the cursor and frees the slot. */
  readonly mayGoOn: () => Promise<boolean>;
  /**
   * For each store of the job. How long it has been silent counts over turns. While it is, its people are told, and
   * `turnIsOver` is thrown where the slot is wanted or nothing is to be listed any more.
   */
  readonly watch: Readonly<Record<Side, StoreWatch>>;
}

/** The shard goes on at its cursor in another turn. */
export const turnIsOver = new Error("the turn is over");

/** Where jobs wait for a free lister, each is listed this many pages in turn. */
const pagesPerTurn = 20;

export function createListingTurn(job: JobRecord, shardId: string, parts: TurnParts): ListingTurn {
  const { gauge, board } = parts;
  let pages = 0;
  /** What the gauge says besides is as fresh as this. */
  const mayList = async (): Promise<boolean> => (await gauge.hasRoom(job.id)) && !gauge.isChanged(job.id, job.revision);
  const mayWait = async (): Promise<boolean> => {
    const isWanted = (await mayList()) && gauge.listing().includes(job.id);
    return isWanted && !board.mustYield(shardId, gauge.listing());
  };
  const watch = (side: Side) => watchSide({ jobId: job.id, shardId, side }, mayWait, parts);
  return {
    async mayGoOn() {
      pages += 1;
      if (pages >= pagesPerTurn && board.mustYield(shardId, gauge.listing())) return false;
      return await mayList();
    },
    watch: { source: watch("source"), target: watch("target") },
  };
}

function watchSide(store: AskedStore, mayWait: () => Promise<boolean>, parts: TurnParts): StoreWatch {
  const { silences, clock } = parts;
  // Shown from turn to turn: who lists next asks no later than that, or the silence is forgotten.
  const news = tellSilence({ ...store, forMs: silenceGapMs }, parts);
  /** A turn before this one may have found it silent. */
  let isKnownToAnswer = false;
  return {
    async silentFor(heldMs) {
      isKnownToAnswer = false;
      return clock.now() - (await silences.unanswered(store, clock.now() - heldMs));
    },
    async onRefused(fault, borneMs) {
      await news.onRefused(fault, borneMs);
      if (!(await mayWait())) throw turnIsOver;
    },
    async onAnswered() {
      if (isKnownToAnswer) return;
      isKnownToAnswer = true;
      if ((await silences.answered(store)) === "was-silent") await endTrouble(store.jobId, store.side, parts);
    },
  };
}
