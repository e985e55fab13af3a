import type { TaskPointer } from "../../../domain/task.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ActiveJob, DispatchLedger } from "../../../ports/dispatch-ledger.ts";
import { backlogLength, dequeue } from "./backlog.ts";
import { dropTask } from "./counting.ts";
import { type JobBook, listingDone, type OpenTask } from "./state.ts";

export function createMemoryDispatch(books: ReadonlyMap<string, JobBook>, clock: Clock): DispatchLedger {
  return {
    async active() {
      return [...books.values()].sort((a, b) => a.createdAtMs - b.createdAtMs).flatMap(activeJob);
    },

    async dispatch(jobId, limit) {
      const book = books.get(jobId);
      const pointers: TaskPointer[] = [];
      if (book?.state !== "running") return pointers;
      while (pointers.length < limit) {
        const task = dequeue(book);
        if (task === undefined) break;
        task.run += 1;
        task.place = "dispatched";
        task.signMs = clock.now();
        book.dispatched.add(task);
        pointers.push(pointerTo(book, task));
      }
      return pointers;
    },

    async stale(jobId, olderThanMs, limit) {
      const book = books.get(jobId);
      if (book === undefined) return [];
      const until = clock.now() - olderThanMs;
      const old = [...book.dispatched]
        .filter(({ signMs }) => signMs <= until)
        .sort((a, b) => a.signMs - b.signMs)
        .slice(0, limit);
      if (book.state === "cancelling") {
        for (const task of old) dropTask(book, task);
        return [];
      }
      for (const task of old) task.signMs = clock.now();
      return old.map((task) => pointerTo(book, task));
    },

    async dropBacklog(jobId, limit) {
      const book = books.get(jobId);
      if (book === undefined) return 0;
      for (let dropped = 0; book.state === "cancelling" && dropped < limit; dropped += 1) {
        const task = dequeue(book);
        if (task === undefined) break;
        dropTask(book, task);
      }
      return backlogLength(book);
    },
  };
}

function pointerTo(book: JobBook, { taskId, run }: OpenTask): TaskPointer {
  return { version: 1, jobId: book.id, taskId, run };
}

function activeJob(book: JobBook): readonly ActiveJob[] {
  const { state } = book;
  if (state === "completed" || state === "failed" || state === "cancelled") return [];
  return [
    {
      jobId: book.id,
      state,
      weight: book.spec.weight,
      revision: book.revision,
      pendingTasks: backlogLength(book),
      openTasks: book.open.size,
      backlogBytes: book.backlogBytes,
      failureBytes: book.failures.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
      listingDone: listingDone(book),
    },
  ];
}
