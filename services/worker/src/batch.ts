import type { CopyObject } from "./copy-step.ts";
import type { JobWork } from "./job-work.ts";
import type { TargetView } from "./target-view.ts";

/** One start of a task, as its objects see it. */
export interface Batch {
  /** Asked for each object, because credentials and limits may change while the task runs. */
  work(): JobWork;
  readonly view: TargetView;
  /** Another way to copy than the process' usual one: a large object of a task of its own is spread. */
  readonly copyObject: CopyObject | undefined;
  /** How many uploads of its object were given up before, where that was spread over the fleet. */
  readonly restarts: number;
  /** Whether the task may be removed from under us: asked before a bad copy is removed. */
  isOpen(): Promise<boolean>;
  /** The link is down: nothing of this task can go on here. */
  pathDown(): void;
  /** Aborted when the task must be left; its reason says why. */
  readonly signal: AbortSignal;
}
