import type { Outcome } from "../../domain/outcome.ts";
import type { TaskPointer } from "../../domain/task.ts";
import type { Ledger } from "../../ports/ledger.ts";
import type { PlanStep } from "../../ports/plan-ledger.ts";
import type { HeldAnswer } from "../ledger-steps.ts";
import type { ManualClock } from "../manual-clock.ts";
import type { Action } from "./action.ts";
import type { Model, Weigh } from "./model.ts";

/** Makes the ledger forget what happened since `save`, as a Redis that is restored from an older file does. */
export interface Rewind {
  save(): Promise<void>;
  fallBack(): Promise<void>;
}

/** What is examined: the ledger, and what only its adapter can say or do. */
export interface ModelSubject {
  readonly ledger: Ledger;
  readonly weigh: Weigh;
  readonly rewind?: Rewind;
}

/** A worker with a task in its hands, given up or not; `known` is what it knows of the record. */
export interface Grip {
  readonly held: HeldAnswer;
  readonly known: Map<number, Outcome>;
}

/** The ledger and the model side by side, with what masters and workers have in their hands. */
export interface Machine {
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly jobId: string;
  model: Model;
  /** What the model was when the ledger was saved. */
  saved: Model | undefined;
  readonly weigh: Weigh;
  readonly rewind: Rewind | undefined;
  readonly queue: TaskPointer[];
  readonly grips: Grip[];
  lastPlan: PlanStep | undefined;
  keys: number;
  act(action: Action): Promise<void>;
}

/** One kind of action: does it on the ledger, says what the model expects, and holds one against the other. */
export type Step = (machine: Machine, action: Action) => Promise<void>;

/** After so long without a sign the sweep sends a task again. */
export const staleMs = 1000;
