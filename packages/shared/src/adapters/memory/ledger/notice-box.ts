import type { Notice } from "../../../ports/notice-ledger.ts";

/** What a job's webhook is to be told, and when. */
export interface NoticeBox {
  told: number;
  readonly waiting: Notice[];
  dueMs: number;
}

export function emptyBox(): NoticeBox {
  return { told: 0, waiting: [], dueMs: 0 };
}
