// A fleet that seems to work, in a process of its own: `api-fleet.ts REDIS_URL PLAN`. Asked once to seed and once to move.
import { randomBytes } from "node:crypto";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { HeldTask } from "@causeway/shared/domain/task.ts";
import { copiedOutcome, someJob, someObject } from "@causeway/shared/testing/builders.ts";
import { runTasks } from "./api-tasks.ts";
import { answerParent } from "./child.ts";

export interface FleetPlan {
  readonly jobs: number;
  readonly workers: number;
  /** How many tasks of the first job have run. */
  readonly tasks: number;
}

const objectsPerTask = 1000;
/** In slices, as a fleet does it: each task and worker has its turn once a second. */
const slices = 20;
const tasksPerJob = 2;

const [redisUrl = "", planText = ""] = process.argv.slice(2);
const plan = JSON.parse(planText) as FleetPlan;
const clock = createSystemClock();
const newId = () => randomBytes(16).toString("hex");
const redis = connectRedis({ url: redisUrl, whileAway: "wait", log: { info: () => undefined, warn: console.warn } });
const ledger = createRedisLedger(redis, { clock, holder: "bench" });
const held: HeldTask[] = [];

answerParent(async (question) => (question["do"] === "seed" ? seed() : move()));

/** Fills the ledger with jobs, tasks that have run and tasks that run; answers the id of the job with most of both. */
async function seed(): Promise<string> {
  const bigJobId = await submit("big");
  await runTasks(redis, bigJobId, plan.tasks);
  await takeTasks(bigJobId, tasksPerJob * plan.workers);
  for (let job = 1; job < plan.jobs; job += 1) await takeTasks(await submit(`job-${job}`), tasksPerJob);
  return bigJobId;
}

/** From now on every worker beats and every running task moves on, once a second, as long as this process lives. */
async function move(): Promise<void> {
  let round = 0;
  setInterval(() => {
    round += 1;
    const isDue = (at: number): boolean => at % slices === round % slices;
    const index = Math.floor(round / slices) % objectsPerTask;
    for (const [at, task] of held.entries()) {
      if (isDue(at)) void ledger.tasks.progress(task, [copiedOutcome(objectOf(index), index)]);
    }
    for (let worker = 0; worker < plan.workers; worker += 1) if (isDue(worker)) void beat(worker, round);
  }, 1000 / slices);
}

function objectOf(index: number) {
  return someObject({ key: `a/${String(index).padStart(4, "0")}`, sizeBytes: 4096 });
}

async function submit(name: string): Promise<string> {
  const record = someJob({ id: newId(), createdAtMs: clock.now() }, { name });
  await ledger.jobs.submit({ record, sealedCredentials: "none", idempotencyKey: undefined });
  return record.id;
}

/** Plans tasks and holds them. */
async function takeTasks(jobId: string, tasks: number): Promise<void> {
  const [shard] = await ledger.plans.shards(jobId);
  if (shard === undefined) throw new Error("the job has no shard");
  const objects = Array.from({ length: objectsPerTask }, (_, index) => objectOf(index));
  const step = { jobId, shardId: shard.id, version: shard.version, planId: newId(), cursor: newId() };
  const manifest = { kind: "copy-batch", objects } as const;
  await ledger.plans.plan({ ...step, tasks: Array.from({ length: tasks }, () => ({ taskId: newId(), manifest })) });
  for (const pointer of await ledger.dispatch.dispatch(jobId, tasks)) {
    const taken = await ledger.tasks.take(pointer, "bench");
    if (taken.answer !== "held") throw new Error(`a task was ${taken.answer}`);
    held.push(taken.task);
  }
}

async function beat(worker: number, round: number): Promise<void> {
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
