import { Queue } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import type { TaskPointer } from "../../domain/task.ts";
import type { ShardPointer, ShardQueue, TaskQueue } from "../../ports/task-queue.ts";
import { type ItemKind, copyItems, keyPrefix, listItems } from "./items.ts";
import { type QueueLog, tellTrouble } from "./trouble.ts";

/**
 * The `copy` queue. Its items are taken off whatever becomes of them: a kept one would make a later add of its id a silent
 * no-op. `redis` stays the caller's to close.
 */
export function createTaskQueue(redis: Redis | Cluster, log: QueueLog): TaskQueue {
  const queue = open(copyItems, redis, log);
  return {
    add: (pointers: readonly TaskPointer[]) => add(queue, copyItems, pointers),
    waiting: () => queue.getWaitingCount(),
    close: () => queue.close(),
  };
}

/** The `list` queue; the same rules. */
export function createShardQueue(redis: Redis | Cluster, log: QueueLog): ShardQueue {
  const queue = open(listItems, redis, log);
  return {
    add: (pointers: readonly ShardPointer[]) => add(queue, listItems, pointers),
    close: () => queue.close(),
  };
}

function open<P>(kind: ItemKind<P>, redis: Redis | Cluster, log: QueueLog): Queue<P> {
  const queue = new Queue<P>(kind.queue, {
    connection: redis,
    prefix: keyPrefix,
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 1 },
    streams: { events: { maxLen: 1000 } },
  });
  queue.on("error", tellTrouble(log, kind.queue, "the queue is in trouble"));
  return queue;
}

async function add<P>(queue: Queue<P>, kind: ItemKind<P>, pointers: readonly P[]): Promise<void> {
  if (pointers.length === 0) return;
  // BullMQ derives the types of names and payloads from P, which is open here.
  const items = pointers.map((pointer) => ({ name: kind.queue, data: pointer, opts: { jobId: kind.idOf(pointer) } }));
  await queue.addBulk(items as Parameters<typeof queue.addBulk>[0]);
}
