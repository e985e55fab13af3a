import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import type { ListingBoard } from "./listing-board.ts";
import type { OnRefused } from "./patience.ts";
import { createOutageNews, type TroubleParts } from "./tell-trouble.ts";

export interface TurnParts extends TroubleParts {
  readonly gauge: BacklogGauge;
  readonly board: ListingBoard;
}

/** How long a lister goes on with its shard. */
export interface ListingTurn {
  /** Asked after each page: false saves the cursor and frees the slot. */
  readonly mayGoOn: () => Promise<boolean>;
  /** While a store is away: says so, and throws `turnIsOver` where the slot is wanted or nothing is to be listed any more. */
  readonly onRefused: OnRefused;
}

/** The shard goes on at its cursor in another turn. */
export const turnIsOver = new Error("the turn is over");

/** Where jobs wait for a free lister, each is listed this many pages in turn. */
const pagesPerTurn = 20;

export function createListingTurn(job: JobRecord, shardId: string, parts: TurnParts): ListingTurn {
  const { gauge, board } = parts;
  const news = createOutageNews(job.id, parts);
  let pages = 0;
  /** What the gauge says besides is as fresh as this. */
  const mayList = async (): Promise<boolean> => (await gauge.hasRoom(job.id)) && !gauge.isChanged(job.id, job.revision);
  return {
    async mayGoOn() {
      pages += 1;
      if (pages >= pagesPerTurn && board.mustYield(shardId, gauge.listing())) return false;
      return await mayList();
    },
    async onRefused(fault, borneMs) {
      await news(fault, borneMs);
      const isWanted = (await mayList()) && gauge.listing().includes(job.id);
      if (!isWanted || board.mustYield(shardId, gauge.listing())) throw turnIsOver;
    },
  };
}
