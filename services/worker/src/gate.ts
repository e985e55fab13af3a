import { type Lane, type Load, type Room, mayEnter, mayPass } from "./admission.ts";
import type { Concurrency } from "./concurrency.ts";
import { type Changing, type Held, createHoldings } from "./holdings.ts";
import { type WaitingLine, createWaitingLine } from "./waiting-line.ts";

/** What is in use and allowed. */
export interface GateFigures {
  /** Connections in use to the source. */
  readonly reading: number;
  /** Connections in use to the target, and those of them that small objects have. */
  readonly writing: number;
  readonly writingSmall: number;
  /** Connections to either side that may be in use now. */
  readonly allowed: number;
  readonly bytes: number;
}

/** Who is in, and who waits for what. */
export interface Gate {
  /** Undefined: in at once. Rejects with the signal's reason. */
  enter(held: Changing, signal: AbortSignal): Promise<void> | undefined;
  /** From the source to the target. Undefined: done at once. Rejects with the signal's reason. */
  pass(held: Changing, signal: AbortSignal): Promise<void> | undefined;
  /** Gives all back; nobody is let in before `admit`. */
  leave(held: Held): void;
  /** Lets in whoever fits by now. */
  admit(): void;
  waiting(lane: Lane): number;
  figures(): GateFigures;
}

interface GateParts {
  readonly concurrency: Concurrency;
  readonly memoryBytes: number;
  /** A connection to the source was given back by an object that goes on to the target. */
  readonly onPassed: () => void;
}

export function createGate({ concurrency, memoryBytes, onPassed }: GateParts): Gate {
  const holdings = createHoldings(concurrency);
  // What was kept for somebody who leaves is free again.
  const line = (): WaitingLine<Changing> => createWaitingLine(() => admit());
  const lines = { small: line(), large: line() };
  const passing = line();
  const load = loadOf(holdings, lines);
  const room: Room = {
    get connections() {
      return concurrency.allowed();
    },
    bytes: memoryBytes,
  };

  const enter = (held: Changing): void => holdings.take(held);
  const pass = (held: Changing): void => {
    holdings.turn(held);
    onPassed();
  };
  const mayPassNow = (): boolean => mayPass(load, room);
  const mayEnterNow = ({ lane, bytes }: Held): boolean => mayEnter(lane, bytes, load, room);
  const admit = (): void => {
    while (
      letIn(passing, mayPassNow, pass) ||
      letIn(lines.large, mayEnterNow, enter) ||
      letIn(lines.small, mayEnterNow, enter)
    )
      continue;
  };

  return {
    enter(held, signal) {
      if (lines[held.lane].first === undefined && mayEnterNow(held)) {
        enter(held);
        return undefined;
      }
      concurrency.crowded();
      return lines[held.lane].join(held, signal);
    },
    pass(held, signal) {
      if (passing.first === undefined && mayPassNow()) {
        pass(held);
        admit();
        return undefined;
      }
      concurrency.crowded();
      return passing.join(held, signal);
    },
    leave: (held) => holdings.giveBack(held),
    admit,
    waiting: (lane) => lines[lane].length,
    figures: () => figuresOf(load, concurrency.allowed()),
  };
}

/** Lets in the first of a line if it may; answers whether it did. */
function letIn(
  line: WaitingLine<Changing>,
  may: (held: Changing) => boolean,
  takeIn: (held: Changing) => void,
): boolean {
  const held = line.first;
  if (held === undefined || !may(held)) return false;
  const resolve = line.shift();
  takeIn(held);
  resolve?.();
  return true;
}

/** The load as it is whenever it is looked at. */
function loadOf(holdings: Pick<Load, "used" | "last">, lines: Record<Lane, WaitingLine<Changing>>): Load {
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

function figuresOf({ used: { small, large } }: Load, allowed: number): GateFigures {
  return {
    reading: small.reading + large.reading,
    writing: small.writing + large.writing,
    writingSmall: small.writing,
    allowed,
    bytes: small.bytes + large.bytes,
  };
}
