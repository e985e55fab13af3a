import type { Lane, Usage } from "./admission.ts";
import type { Concurrency } from "./concurrency.ts";

export interface Place {
  readonly lane: Lane;
  /** Memory that the body takes. */
  readonly bytes: number;
}

/** What somebody holds: memory, and a connection to one side; a body that flows has one to both. */
export interface Held extends Place {
  readonly side: "source" | "target" | "both";
}

/** The side changes while it is held. */
export interface Changing extends Place {
  side: Held["side"];
}

/** What all hold together. */
export interface Holdings {
  readonly used: Readonly<Record<Lane, Usage>>;
  /** Who came in last. */
  readonly last: Lane;
  take(held: Held): void;
  /** What was read is written from now on. */
  turn(held: Changing): void;
  giveBack(held: Held): void;
}

interface MutableUsage extends Usage {
  reading: number;
  writing: number;
  bytes: number;
}

export function createHoldings(concurrency: Pick<Concurrency, "smallUntilNow">): Holdings {
  const used: Record<Lane, MutableUsage> = {
    small: { reading: 0, writing: 0, bytes: 0 },
    large: { reading: 0, writing: 0, bytes: 0 },
  };
  let last: Lane = "large";
  const change = ({ lane, bytes, side }: Held, by: 1 | -1): void => {
    concurrency.smallUntilNow(used.small.reading + used.small.writing);
    if (side !== "target") used[lane].reading += by;
    if (side !== "source") used[lane].writing += by;
    used[lane].bytes += by * bytes;
  };
  return {
    used,
    get last() {
      return last;
    },
    take(held) {
      change(held, 1);
      last = held.lane;
    },
    turn(held) {
      used[held.lane].reading -= 1;
      used[held.lane].writing += 1;
      held.side = "target";
    },
    giveBack: (held) => change(held, -1),
  };
}
