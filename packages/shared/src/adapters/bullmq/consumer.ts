import { DelayedError, type Job as QueueItem, WaitingError, Worker } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import type { Handled, Hold, ShardConsumer, TaskConsumer } from "../../ports/task-queue.ts";
import { type ItemKind, copyItems, keyPrefix, listItems } from "./items.ts";
import { type Locks, createLocks } from "./locks.ts";
import { type QueueLog, tellTrouble } from "./trouble.ts";

export interface ConsumerOptions {
  readonly concurrency: number;
  readonly log: QueueLog;
  /** How long an item stays ours without a renewal, ms. */
  readonly lockDurationMs?: number;
  /** How often each consumer looks for items whose holder died, ms. */
  readonly stalledIntervalMs?: number;
  /** How long a payload waits that only a newer version understands, ms. */
  readonly unknownDelayMs?: number;
}

/** Recovery after kill -9 takes up to a lock's duration and two of these. */
const defaults = { lockDurationMs: 15_000, stalledIntervalMs: 5000, unknownDelayMs: 60_000 };
/** The ledger's starts judge a task, not BullMQ. */
const mostStalls = 10;
const redisRetryMs = 1000;

/** Takes tasks off the `copy` queue. `redis` stays the caller's to close; BullMQ makes a second, blocking connection of it. */
export function createTaskConsumer(redis: Redis | Cluster, options: ConsumerOptions): TaskConsumer {
  return createConsumer(copyItems, redis, options);
}

/** Takes shards off the `list` queue. */
export function createShardConsumer(redis: Redis | Cluster, options: ConsumerOptions): ShardConsumer {
  return createConsumer(listItems, redis, options);
}

type Handle<P> = (pointer: P, hold: Hold) => Promise<Handled>;
type Consumer<P> = Pick<TaskConsumer, "pause" | "resume" | "stop"> & { start(handle: Handle<P>): void };

interface Running {
  readonly worker: Worker;
  readonly locks: Locks;
}

function createConsumer<P>(kind: ItemKind<P>, redis: Redis | Cluster, options: ConsumerOptions): Consumer<P> {
  const { log } = options;
  let running: Running | undefined;
  return {
    start(handle) {
      if (running !== undefined) throw new Error(`the consumer of ${kind.queue} was started before`);
      running = run(kind, redis, options, handle);
    },
    async pause() {
      await running?.worker.pause(true);
    },
    resume() {
      running?.worker.resume().catch((error: unknown) => {
        log.warn({ queue: kind.queue, err: error }, "the consumer could not be resumed");
      });
    },
    async stop(how) {
      if (running === undefined) return;
      const closing = running.worker.close();
      if (how === "hard") running.worker.cancelAllJobs("the consumer was stopped");
      await closing;
      running.locks.stop();
    },
  };
}

function run<P>(kind: ItemKind<P>, redis: Redis | Cluster, options: ConsumerOptions, handle: Handle<P>): Running {
  const { log } = options;
  const { lockDurationMs, stalledIntervalMs, unknownDelayMs } = { ...defaults, ...options };
  const queue = kind.queue;
  const worker: Worker = new Worker(
    queue,
    // BullMQ makes an AbortSignal only for processors that declare all three parameters.
    (item: QueueItem, token: string | undefined, signal: AbortSignal | undefined) => {
      if (token === undefined || signal === undefined) throw new Error("BullMQ gave an item without token or signal");
      return processItem({ item, token, signal }, { kind, worker, locks, log, unknownDelayMs, handle });
    },
    {
      connection: redis,
      prefix: keyPrefix,
      autorun: false,
      concurrency: options.concurrency,
      lockDuration: lockDurationMs,
      skipLockRenewal: true,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: mostStalls,
      runRetryDelay: redisRetryMs,
    },
  );
  const locks = createLocks(worker, {
    lockDurationMs,
    onTrouble: (error) => log.warn({ queue, err: error }, "locks could not be renewed"),
  });
  const onError = tellTrouble(log, queue, "the consumer is in trouble");
  worker.on("error", onError);
  worker.on("stalled", (id) => log.warn({ queue, item: id }, "an item's holder is gone: it is given out again"));
  worker.run().catch(onError);
  return { worker, locks };
}

interface Taken {
  readonly item: QueueItem;
  readonly token: string;
  readonly signal: AbortSignal;
}

interface Processing<P> {
  readonly kind: ItemKind<P>;
  readonly worker: Worker;
  readonly locks: Locks;
  readonly log: QueueLog;
  readonly unknownDelayMs: number;
  readonly handle: Handle<P>;
}

async function processItem<P>({ item, token, signal }: Taken, by: Processing<P>): Promise<Handled> {
  const { kind, locks, log } = by;
  const id = item.id ?? "";
  if (by.worker.isPaused()) {
    // The fetch that was waiting when the consumer was paused still brings an item: another worker takes it.
    await item.moveToWait(token);
    throw new WaitingError();
  }
  const pointer = kind.schema.safeParse(item.data);
  if (!pointer.success) {
    log.warn({ queue: kind.queue, item: id }, "a payload of an unknown version waits for a newer worker");
    await item.moveToDelayed(Date.now() + by.unknownDelayMs, token);
    throw new DelayedError();
  }
  // A signal of this very hold: BullMQ knows only the latest of an item that came twice.
  const held = new AbortController();
  const onStopped = (): void => held.abort(signal.reason);
  signal.addEventListener("abort", onStopped, { once: true });
  if (signal.aborted) onStopped();
  if (!(await locks.hold(id, token, () => held.abort(new Error("the lock is lost"))))) return "left";
  try {
    return await by.handle(pointer.data, { isFresh: locks.freshness(id, token), signal: held.signal });
  } catch (error) {
    log.warn({ queue: kind.queue, item: id, err: error }, "an item could not be handled: the sweep will add it again");
    // BullMQ aborts with texts as reasons, and takes only errors back.
    throw error instanceof Error ? error : new Error(String(error));
  } finally {
    locks.drop(id, token);
  }
}
