import { type Backlog, createMemoryQueue, type MemoryConsumerOptions } from "./queue.ts";
import type { ShardConsumer, ShardPointer, ShardQueue, TaskConsumer, TaskQueue } from "../../ports/task-queue.ts";
import type { TaskPointer } from "../../domain/task.ts";

/** The `copy` queue in memory, and consumers of it. Delivers again what a handler threw on only when it is added again. */
export function createMemoryTaskQueue(): TaskQueue & { consumer(options: MemoryConsumerOptions): TaskConsumer } {
  const items: Backlog<TaskPointer> = createMemoryQueue(({ taskId, run }) => `${taskId}-${run}`);
  return {
    async add(pointers) {
      for (const pointer of pointers) items.add(pointer);
    },
    async waiting() {
      return items.waiting();
    },
    async close() {},
    consumer: (options) => items.consumer(options),
  };
}

/** The `list` queue in memory, and consumers of it. */
export function createMemoryShardQueue(): ShardQueue & { consumer(options: MemoryConsumerOptions): ShardConsumer } {
  const items: Backlog<ShardPointer> = createMemoryQueue(({ jobId, shardId }) => `${jobId}-${shardId}`);
  return {
    async add(pointers) {
      for (const pointer of pointers) items.add(pointer);
    },
    async close() {},
    consumer: (options) => items.consumer(options),
  };
}
