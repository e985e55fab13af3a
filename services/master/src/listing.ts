import type { ShardQueue } from "@causeway/shared/ports/task-queue.ts";
import type { DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import { createAlarm } from "./alarm.ts";
import { createLister, type ListerParts } from "./lister.ts";
import { createListingBoard } from "./listing-board.ts";
import { createListingPaces } from "./listing-pace.ts";
import { createSplitElsewhere } from "./split-elsewhere.ts";
import { createSplitter, type Splitter } from "./splitter.ts";

export interface ListingParts extends Omit<ListerParts, "board" | "paces"> {
  readonly ledger: Pick<DispatchLedger, "active">;
  readonly shards: Pick<ShardQueue, "add">;
  /** How many shards this process lists at once. */
  readonly slots: number;
}

/** The listers of a process: what handles shards off the queue, and what gives idle slots work. */
export function createListing(given: ListingParts): Splitter & { readonly list: ReturnType<typeof createLister> } {
  const alarm = createAlarm(given.clock, 0);
  const board = createListingBoard(given.slots, given.clock, () => alarm.ring());
  const paces = createListingPaces(given.slots, given.clock);
  const parts = { ...given, board, paces };
  const splitter = createSplitter({
    ...parts,
    alarm,
    bears: (jobId) => paces.bears(jobId),
    splitElsewhere: createSplitElsewhere(parts),
  });
  return { ...splitter, list: createLister(parts) };
}
