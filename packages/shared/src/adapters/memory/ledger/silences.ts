import { silenceGapMs } from "../../../domain/trouble.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SilenceLedger } from "../../../ports/silence-ledger.ts";
import type { JobBook } from "./state.ts";

export function createMemorySilences(books: ReadonlyMap<string, JobBook>, clock: Clock): SilenceLedger {
  return {
    async unanswered({ jobId, shardId, side }, sinceMs) {
      const book = books.get(jobId);
      const entry = book?.shards.get(shardId);
      if (book?.state !== "running" || book.abandoned !== undefined || entry === undefined) return sinceMs;
      const known = entry.silences.get(side);
      const goesOn = known !== undefined && clock.now() - known.lastMs < silenceGapMs;
      const firstMs = goesOn ? Math.min(known.firstMs, sinceMs) : sinceMs;
      entry.silences.set(side, { firstMs, lastMs: clock.now() });
      return firstMs;
    },

    async answered({ jobId, shardId, side }) {
      return books.get(jobId)?.shards.get(shardId)?.silences.delete(side) === true ? "was-silent" : "was-not";
    },
  };
}
