import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BucketConfigInput } from "@causeway/emulators/core/bucket-config.ts";
import { type Emulators, startEmulators } from "@causeway/emulators/start.ts";
import { createTaskConsumer } from "@causeway/shared/adapters/bullmq/consumer.ts";
import { createTaskQueue } from "@causeway/shared/adapters/bullmq/queue.ts";
import { openJournal } from "@causeway/shared/adapters/journal/open.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { jobSpecSchema, type JobSpecInput, splitSecrets } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { emptyTally, type Outcome, tallied } from "@causeway/shared/domain/outcome.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import { copiedOutcome } from "@causeway/shared/testing/builders.ts";
import { type RedisServer, startRedisServer } from "@causeway/shared/testing/ledger-redis-server.ts";

const signal = new AbortController().signal;
const masterMain = fileURLToPath(new URL("../../services/master/src/main.ts", import.meta.url));
const silent = { info: () => undefined, warn: () => undefined };

const undoStacks = new WeakMap<TestContext, AsyncDisposableStack>();

/** What a test opened, closed at its end in reverse order: the runner's own hooks run first come, first served. */
export function undoAtEnd(t: TestContext): AsyncDisposableStack {
  const known = undoStacks.get(t);
  if (known !== undefined) return known;
  const stack = new AsyncDisposableStack();
  undoStacks.set(t, stack);
  t.after(() => stack.disposeAsync());
  return stack;
}

/** A master in a process of its own. */
export interface MasterProcess {
  readonly child: ChildProcess;
  readonly log: string[];
  /** Where its health is served. */
  url(): Promise<string>;
  kill(how: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

/** Starts the master's own main with this environment; it is ended by its id when the test ends. */
export function startMaster(t: TestContext, env: Readonly<Record<string, string>>): MasterProcess {
  const child = spawn(process.execPath, [masterMain], {
    env: { PATH: process.env["PATH"] ?? "", HEALTH_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", (line) => void log.push(line));
  const exited = once(child, "exit");
  const kill = async (how: "SIGKILL" | "SIGTERM"): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(how);
      await exited;
    }
    return child.exitCode;
  };
  undoAtEnd(t).defer(async () => {
    await kill("SIGKILL");
  });
  const found = () => log.map((line) => /"url":"(http:[^"]+)"/.exec(line)?.[1]).find((text) => text !== undefined);
  const url = async (): Promise<string> => {
    await until("the master serves its health", () => found() !== undefined);
    return found() ?? "";
  };
  return { child, log, url, kill };
}

/** Redis, both stores and a journal folder, with hands on the ledger; masters are started by the test. */
export async function startWorld(t: TestContext, source: BucketConfigInput) {
  const redisServer = await startRedis(t);
  if (redisServer === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "causeway-master-"));
  undoAtEnd(t).defer(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const stores = await startEmulators({
    s3: { buckets: { "the-source": source } },
    oss: { buckets: { "the-target": { kind: "sink" } } },
  });
  undoAtEnd(t).defer(async () => {
    await stores.close();
  });
  const secretKey = randomBytes(32);
  const redis = connectRedis({ url: redisServer.url, whileAway: "wait", log: silent });
  undoAtEnd(t).defer(async () => redis.disconnect());
  const clock = createSystemClock();
  const ledger = createRedisLedger(redis, { clock, holder: "test" });
  const journalUrl = pathToFileURL(join(folder, "journal")).href;
  const env = {
    REDIS_URL: redisServer.url,
    SECRET_KEY: secretKey.toString("base64"),
    JOURNAL_URL: journalUrl,
    ALLOWED_ENDPOINTS: "127.0.0.1",
    LOG_LEVEL: "info",
  };

  async function submit(changes: Partial<JobSpecInput> = {}): Promise<JobRecord> {
    const spec = jobSpecSchema.parse({ ...specFor(stores), ...changes });
    const { open, credentials } = splitSecrets(spec);
    const id = randomBytes(16).toString("hex");
    const record: JobRecord = {
      id,
      spec: open,
      state: "running",
      stateReason: null,
      createdAtMs: Date.now(),
      endedAtMs: null,
      revision: 1,
    };
    const sealedCredentials = createSeal(secretKey).seal(credentials);
    await ledger.jobs.submit({ record, sealedCredentials, idempotencyKey: undefined });
    return record;
  }

  const journal = openJournal(journalUrl);
  /** A worker that copies nothing and says "copied": the master's part is what these tests are about. */
  async function sayCopied(pointer: TaskPointer): Promise<void> {
    const taken = await ledger.tasks.take(pointer, "test");
    if (taken.answer !== "held") return;
    const outcomes = taken.manifest.objects.map((object, index): Outcome => copiedOutcome(object, index));
    const journalPart = await journal.writePart(pointer.jobId, pointer.taskId, outcomes, { signal });
    const tally = outcomes.reduce(tallied, emptyTally);
    await ledger.tasks.commit(taken.task, { outcomes, tally, failures: [], journalPart, written: [] });
  }
  function startWorker(): void {
    const consumer = createTaskConsumer(redis, { concurrency: 4, log: silent });
    consumer.start(async (pointer) => {
      await sayCopied(pointer);
      return "done";
    });
    undoAtEnd(t).defer(async () => {
      await consumer.stop("hard");
    });
  }
  const tasks = createTaskQueue(redis, silent);
  undoAtEnd(t).defer(async () => {
    await tasks.close();
  });
  return { ledger, redis, stores, journal, env, tasks, submit, startWorker };
}

export type World = NonNullable<Awaited<ReturnType<typeof startWorld>>>;

/** Undefined, and the test skipped, where redis-server is not installed. */
async function startRedis(t: TestContext): Promise<RedisServer | undefined> {
  const server = await startRedisServer();
  if (server === undefined) t.skip("redis-server is not installed");
  else
    undoAtEnd(t).defer(async () => {
      await server.stop();
    });
  return server;
}

/** The keys of the journal's rows, as they come. */
export async function journalled(world: World, jobId: string): Promise<readonly string[]> {
  return (await Array.fromAsync(world.journal.read(jobId, { signal }))).map(({ key }) => key);
}

export async function ended(world: World, jobId: string, withinMs = 60_000): Promise<JobRecord> {
  const isEnded = async () =>
    ["completed", "failed", "cancelled"].includes((await world.ledger.jobs.get(jobId))?.state ?? "");
  await until("the job has ended", isEnded, withinMs);
  const job = await world.ledger.jobs.get(jobId);
  assert.ok(job !== undefined);
  return job;
}

/** Polls until `holds`, for as long as a busy machine may take. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, `did not come to pass within ${withinMs} ms: ${what}`);
    await sleep(25);
  }
}

export function specFor({ s3, oss }: Emulators): JobSpecInput {
  return {
    name: `job-${randomBytes(4).toString("hex")}`,
    source: {
      region: s3.region,
      endpoint: s3.url,
      bucket: "the-source",
      prefix: "source_folder/",
      pathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    },
    target: {
      region: oss.region,
      endpoint: oss.url,
      bucket: "the-target",
      prefix: "destination_folder/",
      credentials: { accessKeyId: oss.accessKeyId, secretAccessKey: oss.secretAccessKey },
    },
  };
}
