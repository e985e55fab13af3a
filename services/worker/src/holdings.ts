import type { Lane, Usage } from "./admission.ts";
import type { Concurrency } from "./concurrency.ts";

export interface Place {
  readonly lane: Lane;
  /** Memory that the body takes. */
  readonly bytes: number;
}

/**
 * What happens to a body: a small one is read, is there and waits for a connection to the target, and is written; a large
 * one is read and written at once.
 */
export type Step = "reading" | "there" | "writing" | "flowing";

/** A body whose memory is reserved and whose connections are held, as its step needs them. */
export interface Holding extends Place {
  step: Step;
}

/** What all hold together. */
export interface Holdings {
  readonly used: Readonly<Record<Lane, Usage>>;
  /** Who came in last. */
  readonly last: Lane;
  take(holding: Holding): void;
  move(holding: Holding, step: Step): void;
  giveBack(holding: Holding): void;
}

type MutableUsage = { -readonly [Figure in keyof Usage]: Usage[Figure] };

export function createHoldings(concurrency: Pick<Concurrency, "smallUntilNow">): Holdings {
  const used: Record<Lane, MutableUsage> = {
    small: { reading: 0, writing: 0, bytes: 0 },
    large: { reading: 0, writing: 0, bytes: 0 },
  };
  let last: Lane = "large";
  /** Small ones that wait for a store's answer. Who waits for a connection of ours says nothing about how fast the stores are. */
  let asking = 0;
  const count = ({ lane, bytes, step }: Holding, by: 1 | -1): void => {
    if (lane === "small" && step !== "there") asking += by;
    if (step !== "writing") used[lane].reading += by;
    if (step === "writing" || step === "flowing") used[lane].writing += by;
    used[lane].bytes += by * bytes;
  };
  return {
    used,
    get last() {
      return last;
    },
    take(holding) {
      concurrency.smallUntilNow(asking);
      count(holding, 1);
      last = holding.lane;
    },
    move(holding, step) {
      concurrency.smallUntilNow(asking);
      count(holding, -1);
      holding.step = step;
      count(holding, 1);
    },
    giveBack(holding) {
      concurrency.smallUntilNow(asking);
      count(holding, -1);
    },
  };
}
