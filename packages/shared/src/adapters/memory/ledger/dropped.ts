import type { DroppedLedger } from "../../../ports/settle-ledger.ts";
import type { JobBook } from "./state.ts";

export function createMemoryDropped(books: ReadonlyMap<string, JobBook>): DroppedLedger {
  return {
    async list(jobId, limit) {
      const dropped = [...(books.get(jobId)?.dropped ?? [])].slice(0, limit);
      return dropped.map(([taskId, outcomes]) => ({ taskId, outcomes }));
    },

    async journaled(jobId, taskId, journalPart) {
      const book = books.get(jobId);
      if (book?.dropped.delete(taskId) === true) book.journal.push(journalPart);
    },
  };
}
