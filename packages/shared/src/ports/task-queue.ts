import type { TaskPointer } from "../domain/task.ts";

/** Proof that the queue still holds a task for us. */
export interface Hold {
  /**
   * False once the lock was last renewed longer ago (by a monotonic clock) than half of its duration: somebody else
   * may have the task, so nothing more may be written. Ask before each PUT, Complete and delete.
   */
  isFresh(): boolean;
  /** Aborted when the lock is lost, or the consumer is told to stop hard. */
  readonly signal: AbortSignal;
}

/** What the consumer's handler did with a pointer; both take the item off the queue. */
export type Handled = "done" | "left";

/** A short window of tasks on their way to workers. Delivers at least once. */
export interface TaskQueue {
  /** Adding a pointer whose id (task and run) is still queued or running changes nothing. */
  add(pointers: readonly TaskPointer[]): Promise<void>;
  /** Items that wait for a worker. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** Takes tasks off the queue. */
export interface TaskConsumer {
  /**
   * Runs `handle` for up to `concurrency` pointers at once until `stop`. A handler that throws leaves the item to the
   * ledger's sweep. A payload of an unknown version is delayed for a newer worker, neither failed nor dropped.
   */
  start(handle: (pointer: TaskPointer, hold: Hold) => Promise<Handled>): void;
  /** Takes nothing more; the handlers that run go on. Reversible by `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Waits for the running handlers; `hard` aborts their signals first. */
  stop(how: "drain" | "hard"): Promise<void>;
}

/** Shards on their way to masters; same rules as the task queue. */
export interface ShardPointer {
  readonly version: 1;
  readonly jobId: string;
  readonly shardId: string;
}
export interface ShardQueue {
  add(pointers: readonly ShardPointer[]): Promise<void>;
  close(): Promise<void>;
}
export interface ShardConsumer {
  start(handle: (pointer: ShardPointer, hold: Hold) => Promise<Handled>): void;
  stop(how: "drain" | "hard"): Promise<void>;
}
