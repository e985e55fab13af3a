import type { Scheduler } from "./scheduler.ts";

/** The small objects of one task that are still to be copied. */
export interface Feed {
  readonly jobId: string;
  readonly indexes: Iterator<number>;
  /** Settles one object. */
  readonly copy: (index: number) => Promise<void>;
  /** No further object is begun once this is true. */
  readonly isOver: () => boolean;
}

/**
 * Begins small objects, a few more than there are connections for: of all jobs in turn, and of a job's tasks the one that came
 * first. Tasks that took turns would end together, and connections would rest until all of them are committed and others taken.
 */
export interface Feeder {
  /** Resolves when all objects are settled that were begun; rejects then with the first one's reason that rejected. */
  feed(task: Feed): Promise<void>;
}

export interface FeederParts {
  readonly scheduler: Pick<Scheduler, "waiting" | "figures" | "onPassed">;
  /** Objects of one task under way at once, those included that wait for another attempt. */
  readonly atOnce: number;
}

/**
 * So many stand in line for a connection: the next is at hand when one ends. What waits outlives the young generation of
 * V8's heap and is copied by its collections; hundreds in line cost a fifth of a worker's time.
 */
const inLine = 8;

export function createFeeder({ scheduler, atOnce }: FeederParts): Feeder {
  const line = createLine(atOnce);
  let underWay = 0;
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    // In a turn of its own: what was begun before stands in line by then.
    setImmediate(fill);
  };
  const fill = (): void => {
    isScheduled = false;
    line.leaveOut();
    let room = roomNow();
    while (room > 0) {
      const begun = line.beginRound();
      if (begun === 0) return;
      underWay += begun;
      room -= begun;
    }
    if (!line.isEmpty() && scheduler.waiting("small") < inLine) schedule();
  };
  /** One turn of the event loop may have freed hundreds of connections; nobody stands in line then. */
  const roomNow = (): number => {
    const waiting = scheduler.waiting("small");
    if (waiting > 0) return inLine - waiting;
    // Large objects have connections too, and objects that are still to be read do not always hold one.
    const { allowed, reading, writingSmall } = scheduler.figures();
    return inLine + Math.max(0, allowed - Math.max(reading, underWay - writingSmall));
  };
  scheduler.onPassed(schedule);
  const onSettled = (): void => {
    underWay -= 1;
    schedule();
  };

  return {
    feed: (task) =>
      new Promise((resolve, reject) => {
        line.add(task.jobId, openFeed(task, { resolve, reject, onSettled }));
        schedule();
      }),
  };
}

/** Whose object is begun next. */
function createLine(atOnce: number) {
  /** Each job's tasks in the order they came. */
  const jobs = new Map<string, Set<OpenFeed>>();

  /** Begins an object of the first of these tasks that has one to begin. */
  const beginNext = (tasks: Set<OpenFeed>): boolean => {
    for (const task of tasks) {
      if (task.beginNext(atOnce)) return true;
      if (task.isDone()) tasks.delete(task);
    }
    return false;
  };
  return {
    add(jobId: string, task: OpenFeed): void {
      const tasks = jobs.get(jobId) ?? new Set();
      tasks.add(task);
      jobs.set(jobId, tasks);
    },
    isEmpty: () => jobs.size === 0,
    /** Leaves out the tasks that are over: behind others of their job they might stand, and hold their slots, for long. */
    leaveOut(): void {
      for (const tasks of jobs.values()) {
        for (const task of tasks) if (task.isOver()) tasks.delete(task);
      }
    },
    /** Begins one object of each job that has one to begin; answers how many. */
    beginRound(): number {
      let begun = 0;
      for (const [jobId, tasks] of jobs) {
        if (beginNext(tasks)) begun += 1;
        if (tasks.size === 0) jobs.delete(jobId);
      }
      return begun;
    },
  };
}

interface OpenFeed {
  /** Begins its next object, unless so many are under way; answers whether it did. */
  beginNext(atOnce: number): boolean;
  /** Whether nothing more may be begun; if so it ends with the last one under way. */
  isOver(): boolean;
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
  const drain = (): void => {
    isDrained = true;
    endIfDone();
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
        drain();
        return false;
      }
      underWay += 1;
      copy(next.value).then(settle, fail);
      return true;
    },
    isOver() {
      if (!isDrained && isOver()) drain();
      return isDrained;
    },
    isDone: () => isDrained && underWay === 0,
  };
}
