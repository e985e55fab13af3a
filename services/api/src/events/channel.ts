import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Feed } from "./feed.ts";
import { frameOf, heartbeat, type StreamEvent } from "./frame.ts";

/** A client that reads a stream. */
export interface Reader {
  /** False once it has left, or was dropped because it does not read. */
  isOpen(): boolean;
  send(frame: Buffer): void;
  /** Nothing more will come; it may ask again. */
  end(): void;
}

export interface ChannelOptions {
  readonly clock: Clock;
  /** How often the feed looks. */
  readonly everyMs: number;
  /** How long readers hear nothing at most. */
  readonly heartbeatMs: number;
  /** Told of a look that failed; the next one follows as usual. */
  readonly onFailedLook: (error: unknown) => void;
}

/** One feed and all who read it: it is looked at once for all of them, for as long as somebody reads. */
export interface Channel {
  /** Brings the reader up to date; it hears all that follows. */
  join(reader: Reader, lastEventId: string | undefined): Promise<void>;
  readers(): number;
  close(): void;
}

/** Opens a channel; `onDeserted` is called once when the last reader has left: nobody may join any more. */
export function createChannel(feed: Feed, options: ChannelOptions, onDeserted: () => void): Channel {
  const members = new Map<Reader, "joining" | "reading">();
  const stop = new AbortController();
  let sentAtMs = options.clock.monotonicMs();
  let ledger: "reachable" | "away" = "reachable";
  const inTurn = createTurns();

  const sendAll = (frame: Buffer): void => {
    sentAtMs = options.clock.monotonicMs();
    for (const [reader, state] of members) if (state === "reading") reader.send(frame);
  };
  const tell = (events: readonly StreamEvent[]): void => events.forEach((event) => sendAll(frameOf(event)));
  const close = (): void => {
    stop.abort(new Error("closed"));
    for (const reader of members.keys()) reader.end();
    members.clear();
    onDeserted();
  };
  const noteLedger = (now: "reachable" | "away"): void => {
    if (now === ledger) return;
    ledger = now;
    tell([{ event: "ledger", data: { reachable: now === "reachable" } }]);
  };
  const look = async (): Promise<void> => {
    try {
      const news = await feed.poll();
      noteLedger("reachable");
      if (news === "over") {
        tell([{ event: "deleted", data: {} }]);
        close();
      } else tell(news);
    } catch (error) {
      options.onFailedLook(error);
      noteLedger("away");
    }
  };
  const keepLooking = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await options.clock.sleep(options.everyMs, { signal: stop.signal }).catch(() => undefined);
      for (const reader of members.keys()) if (!reader.isOpen()) members.delete(reader);
      if (members.size === 0) return close();
      await inTurn(look);
      if (options.clock.monotonicMs() - sentAtMs >= options.heartbeatMs) sendAll(heartbeat);
    }
  };
  void keepLooking();

  return {
    async join(reader, lastEventId) {
      members.set(reader, "joining");
      await inTurn(async () => {
        for (const event of await feed.missedSince(lastEventId)) reader.send(frameOf(event));
        if (members.has(reader)) members.set(reader, "reading");
      });
    },
    readers: () => members.size,
    close,
  };
}

/** Lets pieces of work follow each other. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
