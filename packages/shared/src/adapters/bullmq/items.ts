import { z } from "zod";
import { type TaskPointer, taskPointerSchema } from "../../domain/task.ts";
import type { ShardPointer } from "../../ports/task-queue.ts";

/** BullMQ's keys live in one slot of a Redis Cluster by the braces. */
export const keyPrefix = "{causeway}";

/** What travels on a queue, and how it is recognised. */
export interface ItemKind<P> {
  readonly queue: string;
  /** Joined by dashes: BullMQ refuses `:` in ids. */
  readonly idOf: (pointer: P) => string;
  /** A payload that this refuses was made by a newer version: it waits for a worker that knows it. */
  readonly schema: z.ZodType<P>;
}

export const copyItems: ItemKind<TaskPointer> = {
  queue: "copy",
  idOf: ({ taskId, run }) => `${taskId}-${run}`,
  schema: taskPointerSchema,
};

export const listItems: ItemKind<ShardPointer> = {
  queue: "list",
  idOf: ({ jobId, shardId }) => `${jobId}-${shardId}`,
  schema: z.strictObject({ version: z.literal(1), jobId: z.string().min(1), shardId: z.string().min(1) }),
};
