import { type Span, spansOf } from "../../../domain/history.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { JobHistory } from "../../../ports/job-history.ts";
import { bucketMs, byNumber } from "./rates.ts";
import type { JobBook } from "./state.ts";

export function createMemoryHistory(books: ReadonlyMap<string, JobBook>, clock: Clock): JobHistory {
  return {
    async spans(jobId) {
      const book = books.get(jobId);
      if (book === undefined) return [];
      const { buckets, history } = book.rates;
      const recent = [...buckets].sort(byNumber).map(([bucket, sums]): Span => {
        const fromMs = bucket * bucketMs;
        return { fromMs, overMs: Math.min(bucketMs, Math.max(1000, clock.now() - fromMs)), ...sums };
      });
      return [...spansOf(history), ...recent].sort(byTime);
    },
  };
}

function byTime(one: Span, other: Span): number {
  return one.fromMs - other.fromMs;
}
