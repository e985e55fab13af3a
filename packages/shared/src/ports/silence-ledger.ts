import type { Side } from "../domain/trouble.ts";

/** A store that was asked for a shard: its source, or the target that is looked at before. */
export interface AskedStore {
  readonly jobId: string;
  readonly shardId: string;
  readonly side: Side;
}

/**
 * Since when a store has not answered those who list a shard, kept over their turns and whoever of them dies. It is forgotten
 * once the store answers, once nobody has asked for `silenceGapMs`, and with the shard and the listing.
 */
export interface SilenceLedger {
  /**
   * The store has not answered a call made at `sinceMs`. Resolves to when the first such call was made. Where no listing is
   * under way (paused, given up, finished) that is `sinceMs`, and nothing is kept.
   */
  unanswered(store: AskedStore, sinceMs: number): Promise<number>;
  /** `was-silent`: until this very answer. */
  answered(store: AskedStore): Promise<"was-silent" | "was-not">;
}
