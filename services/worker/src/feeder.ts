import type { Scheduler } from "./scheduler.ts";

/** The small objects of one task that are still to be copied. */
export interface Feed {
  readonly indexes: Iterator<number>;
  /** Settles one object. */
  readonly copy: (index: number) => Promise<void>;
  /** No further object is begun once this is true. */
  readonly isOver: () => boolean;
}

/** Begins small objects of all tasks in turn, a few more than there are connections for. */
export interface Feeder {
  /** Resolves when all objects are settled that were begun; rejects then with the first one's reason that rejected. */
  feed(task: Feed): Promise<void>;
}

export interface FeederParts {
  readonly scheduler: Pick<Scheduler, "waiting">;
  /** Objects of one task under way at once, those included that wait for another attempt. */
  readonly atOnce: number;
}

/**
 * So many stand in line for a connection: the next is at hand when one ends. What waits outlives the young generation of
 * V8's heap and is copied by its collections; hundreds in line cost a fifth of a worker's time.
 */
const inLine = 8;

export function createFeeder({ scheduler, atOnce }: FeederParts): Feeder {
  const open = new Set<OpenFeed>();
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    // In a turn of its own: what was begun before stands in line by then.
    setImmediate(fill);
  };
  const fill = (): void => {
    isScheduled = false;
    let room = inLine - scheduler.waiting("small");
    while (room > 0) {
      const begun = beginRound();
      if (begun === 0) return;
      room -= begun;
    }
    if (open.size > 0 && scheduler.waiting("small") < inLine) schedule();
  };
  /** Begins one object of each task that has one to begin; answers how many. */
  const beginRound = (): number => {
    let begun = 0;
    for (const task of open) {
      if (task.beginNext(atOnce)) begun += 1;
      if (task.isDone()) open.delete(task);
    }
    return begun;
  };

  return {
    feed: (task) =>
      new Promise((resolve, reject) => {
        open.add(openFeed(task, { resolve, reject, onSettled: schedule }));
        schedule();
      }),
  };
}

interface OpenFeed {
  /** Begins its next object, unless so many are under way; answers whether it did. */
  beginNext(atOnce: number): boolean;
  /** Whether nothing is left to begin or to wait for. */
  isDone(): boolean;
}

interface Ending {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly onSettled: () => void;
}

function openFeed({ indexes, copy, isOver }: Feed, { resolve, reject, onSettled }: Ending): OpenFeed {
  let underWay = 0;
  let isDrained = false;
  let failure: { readonly reason: unknown } | undefined;

  const endIfDone = (): void => {
    if (!isDrained || underWay > 0) return;
    if (failure === undefined) resolve();
    else reject(failure.reason);
  };
  const settle = (): void => {
    underWay -= 1;
    endIfDone();
    onSettled();
  };
  const fail = (reason: unknown): void => {
    failure ??= { reason };
    isDrained = true;
    settle();
  };
  return {
    beginNext(atOnce) {
      if (isDrained || underWay >= atOnce) return false;
      const next = isOver() ? undefined : indexes.next();
      if (next === undefined || next.done === true) {
        isDrained = true;
        endIfDone();
        return false;
      }
      underWay += 1;
      copy(next.value).then(settle, fail);
      return true;
    },
    isDone: () => isDrained && underWay === 0,
  };
}
