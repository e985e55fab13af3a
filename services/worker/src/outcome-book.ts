import { type Outcome, type Tally, emptyTally, tallied } from "@causeway/shared/domain/outcome.ts";

/** The outcomes of one task's objects: which are known, and which of them the ledger's progress record holds. */
export interface OutcomeBook {
  has(index: number): boolean;
  record(outcome: Outcome): void;
  /** Known here and not yet in the ledger's record. */
  unrecorded(): readonly Outcome[];
  /** The ledger holds these now; where it held others before (`standing`), those replace ours. */
  recorded(sent: readonly Outcome[], standing: readonly Outcome[]): void;
  /** All that is known, in the order of the manifest. */
  all(): readonly Outcome[];
  /** Sums of `unrecorded`. */
  tally(): Tally;
}

/** Opens the book with what earlier holders of the task recorded. */
export function createOutcomeBook(objects: number, progress: readonly Outcome[]): OutcomeBook {
  const known = Array.from<Outcome | undefined>({ length: objects });
  let fresh: Outcome[] = [];
  for (const outcome of progress) known[outcome.index] = outcome;
  return {
    has: (index) => known[index] !== undefined,
    record(outcome) {
      known[outcome.index] = outcome;
      fresh.push(outcome);
    },
    unrecorded: () => fresh,
    recorded(sent, standing) {
      const settled = new Set(sent.map(({ index }) => index));
      for (const outcome of standing) {
        known[outcome.index] = outcome;
        settled.add(outcome.index);
      }
      fresh = fresh.filter(({ index }) => !settled.has(index));
    },
    all: () => known.filter((outcome) => outcome !== undefined),
    tally: () => fresh.reduce(tallied, emptyTally),
  };
}
