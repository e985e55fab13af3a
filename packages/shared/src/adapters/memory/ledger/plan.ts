import { manifestBytes } from "../../../domain/task.ts";
import type { PlanLedger } from "../../../ports/plan-ledger.ts";
import { enqueue } from "./backlog.ts";
import { type JobBook, newShardEntry, newTask } from "./state.ts";

export function createMemoryPlans(books: ReadonlyMap<string, JobBook>): PlanLedger {
  return {
    async shards(jobId) {
      return [...(books.get(jobId)?.shards.values() ?? [])].map(({ shard }) => shard);
    },

    async plan({ jobId, shardId, version, knownCursor, planId, cursor, tasks }) {
      const book = books.get(jobId);
      const entry = book?.shards.get(shardId);
      if (book === undefined || entry === undefined) return "refused";
      if (entry.planId === planId) return "planned";
      if (!mayPlan(book)) return "not-now";
      if (entry.shard.version !== version) return "refused";
      if (knownCursor !== undefined && knownCursor !== (entry.shard.cursor ?? null)) return "refused";
      for (const planned of tasks) {
        const task = newTask(planned, shardId);
        book.open.set(task.taskId, task);
        enqueue(book, task);
        book.listedObjects += planned.manifest.objects.length;
        book.listedBytes += manifestBytes(planned.manifest);
      }
      entry.planId = planId;
      entry.shard = { ...entry.shard, cursor, version: version + 1 };
      return "planned";
    },

    async split({ jobId, shardId, version, at, newShardId }) {
      const book = books.get(jobId);
      const entry = book?.shards.get(shardId);
      if (book === undefined || entry === undefined) return "refused";
      if (book.shards.has(newShardId)) return "planned";
      if (!mayPlan(book)) return "not-now";
      const { shard } = entry;
      if (shard.version !== version) return "refused";
      if (at === shard.before || at === shard.cursor) return "refused";
      entry.shard = { ...shard, before: at, version: version + 1 };
      const added = { ...shard, id: newShardId, after: at, cursor: undefined, version: 1 };
      book.shards.set(newShardId, newShardEntry(added));
      return "planned";
    },

    async finish({ jobId, shardId, version, known }) {
      const book = books.get(jobId);
      const entry = book?.shards.get(shardId);
      if (book === undefined) return "refused";
      if (entry === undefined) return "planned";
      if (!mayPlan(book)) return "not-now";
      if (entry.shard.version !== version) return "refused";
      const { cursor = null, before = null } = entry.shard;
      if (known !== undefined && (known.cursor !== cursor || known.before !== before)) return "refused";
      book.shards.delete(shardId);
      return "planned";
    },

    async abandonListing(jobId, reason, atRevision) {
      const book = books.get(jobId);
      if (book?.state !== "running" || book.revision !== (atRevision ?? book.revision)) return "not-now";
      book.abandoned ??= reason;
      for (const { silences } of book.shards.values()) silences.clear();
      return "abandoned";
    },
  };
}

function mayPlan(book: JobBook): boolean {
  return book.state === "running" && book.abandoned === undefined;
}
