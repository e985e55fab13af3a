import type { StreamEvent } from "./frame.ts";

/** What one poll saw: news for all who are up to date, or that there is nothing to follow any more. */
export type News = readonly StreamEvent[] | "over";

/** Something that is followed: a job, or the whole fleet. The hub calls one method at a time. */
export interface Feed {
  /** Looks once; what it answers is new since the last look. */
  poll(): Promise<News>;
  /** What a client has missed that stands at `lastEventId` (undefined or unknown: at the very start). */
  missedSince(lastEventId: string | undefined): Promise<readonly StreamEvent[]>;
}
