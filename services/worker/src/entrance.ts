import { type Lane, type Load, type Room, mayEnter, mayPass } from "./admission.ts";
import type { Concurrency } from "./concurrency.ts";
import { type Holding, createHoldings } from "./holdings.ts";
import { type WaitingLine, createWaitingLine } from "./waiting-line.ts";

/** What is held and allowed. */
export interface EntranceFigures {
  /** Connections to the source, those included that are kept until there is one to the target. */
  readonly reading: number;
  /** Connections to the target, and those of them that small objects have. */
  readonly writing: number;
  readonly writingSmall: number;
  /** Connections to either side that may be held now. */
  readonly allowed: number;
  readonly bytes: number;
}

/** Who is in, and who waits for what. */
export interface Entrance {
  /** Undefined: in at once. Rejects with the signal's reason. */
  enter(holding: Holding, signal: AbortSignal): Promise<void> | undefined;
  /** From reading to writing; others are past that already. Undefined: done at once. Rejects with the signal's reason. */
  pass(holding: Holding, signal: AbortSignal): Promise<void> | undefined;
  /** Gives all back; nobody is let in before `admit`. */
  leave(holding: Holding): void;
  /** Lets in whoever fits by now. */
  admit(): void;
  waiting(lane: Lane): number;
  figures(): EntranceFigures;
}

interface EntranceParts {
  readonly concurrency: Concurrency;
  readonly memoryBytes: number;
  /** Somebody has passed: a connection to the source is free. */
  readonly onPassed: () => void;
}

export function createEntrance({ concurrency, memoryBytes, onPassed }: EntranceParts): Entrance {
  const holdings = createHoldings(concurrency);
  // What was kept for somebody who leaves is free again.
  const line = (): WaitingLine<Holding> => createWaitingLine(() => admit());
  const lines = { small: line(), large: line() };
  const passing = line();
  const load = loadOf(holdings, lines);
  const room: Room = {
    get connections() {
      return concurrency.allowed();
    },
    bytes: memoryBytes,
  };

  const mayPassNow = (): boolean => mayPass(load, room);
  const mayEnterNow = ({ lane, bytes }: Holding): boolean => mayEnter(lane, bytes, load, room);
  const take = (holding: Holding): void => holdings.take(holding);
  const write = (holding: Holding): void => {
    holdings.move(holding, "writing");
    onPassed();
  };
  const admit = (): void => {
    while (
      letIn(passing, mayPassNow, write) ||
      letIn(lines.large, mayEnterNow, take) ||
      letIn(lines.small, mayEnterNow, take)
    )
      continue;
  };

  return {
    enter(holding, signal) {
      if (lines[holding.lane].first === undefined && mayEnterNow(holding)) {
        take(holding);
        return undefined;
      }
      concurrency.crowded();
      return lines[holding.lane].join(holding, signal);
    },
    pass(holding, signal) {
      if (holding.step !== "reading") return undefined;
      if (passing.first === undefined && mayPassNow()) {
        write(holding);
        admit();
        return undefined;
      }
      concurrency.crowded();
      holdings.move(holding, "there");
      return passing.join(holding, signal);
    },
    leave: (holding) => holdings.giveBack(holding),
    admit,
    waiting: (lane) => lines[lane].length,
    figures: () => figuresOf(load, concurrency.allowed()),
  };
}

/** Lets in the first of a line if it may; answers whether it did. */
function letIn(
  line: WaitingLine<Holding>,
  may: (holding: Holding) => boolean,
  takeIn: (holding: Holding) => void,
): boolean {
  const holding = line.first;
  if (holding === undefined || !may(holding)) return false;
  const resolve = line.shift();
  takeIn(holding);
  resolve?.();
  return true;
}

/** The load as it is whenever it is looked at. */
function loadOf(holdings: Pick<Load, "used" | "last">, lines: Record<Lane, WaitingLine<Holding>>): Load {
  return {
    used: holdings.used,
    first: {
      get small() {
        return lines.small.first?.bytes;
      },
      get large() {
        return lines.large.first?.bytes;
      },
    },
    get last() {
      return holdings.last;
    },
  };
}

function figuresOf({ used: { small, large } }: Load, allowed: number): EntranceFigures {
  return {
    reading: small.reading + large.reading,
    writing: small.writing + large.writing,
    writingSmall: small.writing,
    allowed,
    bytes: small.bytes + large.bytes,
  };
}
