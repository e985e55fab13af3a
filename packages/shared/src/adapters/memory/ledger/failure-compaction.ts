import { mergeBatches } from "../../../domain/merge-batches.ts";
import type { Compaction, MergedBatch } from "../../../ports/settle-ledger.ts";
import { type JobBook, type StoredBatch, weightOf } from "./state.ts";

interface Merge {
  readonly merged: StoredBatch;
  readonly replaced: readonly StoredBatch[];
}

export function compactBatches(book: JobBook, { atLeast, limits, newId }: Compaction): readonly MergedBatch[] {
  const fresh = book.failures.filter(({ sequence }) => sequence > book.compactedUntil);
  if (fresh.length < Math.max(1, atLeast)) return [];
  book.compactedUntil = fresh.at(-1)?.sequence ?? 0;
  const sized = fresh.map((stored) => ({
    stored,
    code: stored.batch.code,
    objects: stored.batch.objects.length,
    bytes: stored.batch.objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }));
  const merges = mergeBatches(sized, limits).map((one) =>
    mergeOf(
      one.map(({ stored }) => stored),
      newId(),
    ),
  );
  const gone = new Set(merges.flatMap(({ replaced }) => replaced));
  book.failures = [...book.failures.filter((stored) => !gone.has(stored)), ...merges.map(({ merged }) => merged)];
  book.failures.sort((a, b) => a.sequence - b.sequence);
  return merges.map(({ merged, replaced }) => ({
    id: merged.batch.retryTaskId,
    replaced: replaced.map(({ batch }) => batch.retryTaskId),
  }));
}

/** In the last one's place: who reads on from between them misses nothing. */
function mergeOf(replaced: readonly StoredBatch[], retryTaskId: string): Merge {
  const objects = replaced.flatMap(({ batch }) => batch.objects);
  const last = replaced.at(-1);
  if (last === undefined) throw new RangeError("a merge is of some batches");
  const tasks = replaced.reduce((sum, stored) => sum + stored.tasks, 0);
  const batch = { code: last.batch.code, retryTaskId, objects };
  return { replaced, merged: { sequence: last.sequence, batch, weightBytes: weightOf(objects), tasks } };
}
