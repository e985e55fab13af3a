import { hasEnded } from "../../../domain/state.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Notice, NoticeLedger } from "../../../ports/notice-ledger.ts";
import type { NoticeBox } from "./notice-box.ts";
import type { JobBook } from "./state.ts";

/** Notes that the job has just ended or paused itself, where its webhook wants to know. */
export function noteOccasion(book: JobBook): void {
  const on = hasEnded(book.state) ? "ended" : "paused";
  if (book.spec.notify?.on.includes(on) !== true) return;
  book.notices.told += 1;
  const id = `${book.id}.${book.notices.told}`;
  book.notices.waiting.push({ id, jobId: book.id, on, reason: book.stateReason, attempts: 0 });
}

export function createMemoryNotices(books: ReadonlyMap<string, JobBook>, clock: Clock): NoticeLedger {
  const boxOf = ({ id, jobId }: Notice): NoticeBox | undefined => {
    const box = books.get(jobId)?.notices;
    return box?.waiting[0]?.id === id ? box : undefined;
  };
  return {
    async due() {
      const ready = [...books.values()].filter(({ notices }) => notices.dueMs <= clock.now());
      return ready.flatMap(({ notices }) => notices.waiting.slice(0, 1));
    },

    async close(notice) {
      const box = boxOf(notice);
      if (box === undefined) return;
      box.waiting.shift();
      box.dueMs = 0;
    },

    async postpone(notice, restMs) {
      const box = boxOf(notice);
      if (box === undefined) return;
      box.waiting[0] = { ...notice, attempts: notice.attempts + 1 };
      box.dueMs = clock.now() + restMs;
    },
  };
}
