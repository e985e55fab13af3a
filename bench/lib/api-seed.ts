import { randomBytes } from "node:crypto";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { HeldTask } from "@causeway/shared/domain/task.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import { copiedOutcome, someJob, someObject } from "@causeway/shared/testing/builders.ts";

const clock = createSystemClock();
const newId = () => randomBytes(16).toString("hex");
const planned = 500;
const atOnce = 64;

/** A ledger that a fleet seems to work on: no process of a master or a worker runs. */
export interface SeededFleet {
  readonly bigJobId: string;
  /** Makes every worker beat and every job's running tasks move on, once a second, until it is stopped. */
  start(): void;
  stop(): Promise<void>;
}

export interface FleetPlan {
  readonly jobs: number;
  readonly workers: number;
  /** How many tasks of one job have run, each taken and committed as workers do. */
  readonly tasks: number;
}

/** Fills the ledger with jobs, workers and tasks that have run. */
export async function seedFleet(redisUrl: string, plan: FleetPlan): Promise<SeededFleet> {
  const redis = connectRedis({ url: redisUrl, whileAway: "wait", log: { info: () => undefined, warn: console.warn } });
  const ledger = createRedisLedger(redis, { clock, holder: "bench" });
  const bigJobId = await submit(ledger, "big");
  for (let run = 0; run < plan.tasks; run += planned)
    await runTasks(ledger, bigJobId, Math.min(planned, plan.tasks - run));
  const held: HeldTask[] = [];
  for (let job = 1; job < plan.jobs; job += 1) {
    const id = await submit(ledger, `job-${job}`);
    held.push(...(await takeTasks(ledger, id, 2)));
  }
  held.push(...(await takeTasks(ledger, bigJobId, 2 * plan.workers)));
  let timer: NodeJS.Timeout | undefined;
  let moving: Promise<unknown> = Promise.resolve();
  let round = 0;
  // In slices, as a fleet does it: each task and worker has its turn once a second.
  const move = async (): Promise<void> => {
    round += 1;
    const index = Math.floor(round / slices) % objectsPerTask;
    const isDue = (_: unknown, at: number): boolean => at % slices === round % slices;
    const workers = Array.from({ length: plan.workers }, (_, worker) => worker);
    await Promise.all([
      ...held.filter(isDue).map((task) => ledger.tasks.progress(task, [copiedOutcome(objectOf(index), index)])),
      ...workers.filter(isDue).map((worker) => beat(ledger, worker, round)),
    ]);
  };
  return {
    bigJobId,
    start() {
      timer = setInterval(() => {
        moving = move();
      }, 1000 / slices);
    },
    async stop() {
      clearInterval(timer);
      await moving;
      redis.disconnect();
    },
  };
}

const objectsPerTask = 1000;
const slices = 20;

function objectOf(index: number) {
  return someObject({ key: `a/${String(index).padStart(4, "0")}`, sizeBytes: 4096 });
}

async function submit(ledger: Ledger, name: string): Promise<string> {
  const record = someJob({ id: newId(), createdAtMs: clock.now() }, { name });
  await ledger.jobs.submit({ record, sealedCredentials: "none", idempotencyKey: undefined });
  return record.id;
}

async function planTasks(ledger: Ledger, jobId: string, tasks: number, objects: number): Promise<void> {
  const [shard] = await ledger.plans.shards(jobId);
  if (shard === undefined) throw new Error("the job has no shard");
  const list = Array.from({ length: objects }, (_, index) => objectOf(index));
  const step = { jobId, shardId: shard.id, version: shard.version, planId: newId(), cursor: newId() };
  const manifest = { kind: "copy-batch", objects: list } as const;
  await ledger.plans.plan({ ...step, tasks: Array.from({ length: tasks }, () => ({ taskId: newId(), manifest })) });
}

async function takeTasks(ledger: Ledger, jobId: string, tasks: number): Promise<readonly HeldTask[]> {
  await planTasks(ledger, jobId, tasks, objectsPerTask);
  const taken = await Promise.all(
    (await ledger.dispatch.dispatch(jobId, tasks)).map((pointer) => ledger.tasks.take(pointer, "bench")),
  );
  return taken.flatMap((answer) => (answer.answer === "held" ? [answer.task] : []));
}

/** Plans tasks of one object each, takes and commits them. */
async function runTasks(ledger: Ledger, jobId: string, tasks: number): Promise<void> {
  await planTasks(ledger, jobId, tasks, 1);
  const pointers = [...(await ledger.dispatch.dispatch(jobId, tasks))];
  const outcomes = [copiedOutcome(objectOf(0), 0)];
  const tally = { copiedObjects: 1, copiedBytes: 4096, skippedObjects: 0, skippedBytes: 0, failedObjects: 0 };
  const work = async (): Promise<void> => {
    for (let pointer = pointers.pop(); pointer !== undefined; pointer = pointers.pop()) {
      const taken = await ledger.tasks.take(pointer, "bench");
      if (taken.answer !== "held") throw new Error(`a task was ${taken.answer}`);
      await ledger.tasks.commit(taken.task, { outcomes, tally, failures: [], journalPart: undefined, written: [] });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function beat(ledger: Ledger, worker: number, round: number): Promise<void> {
  await ledger.workers.beat({
    id: `worker-${worker}`,
    host: `host-${worker % 10}`,
    pid: 1000 + worker,
    version: "0.1.0",
    taskSlots: 8,
    tasksRunning: 1 + ((round + worker) % 8),
    objectsPerSecond: 100 + ((round * 7 + worker) % 50),
    bytesPerSecond: 1_000_000 + round * 1000 + worker,
    startedAtMs: 0,
    heartbeatAtMs: clock.now(),
    state: "running",
    load: { connections: 60, connectionsAllowed: 64, cores: 0.9 },
    tunnel: null,
  });
}
