import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { FaultPlanInput } from "../../packages/emulators/src/core/faults.ts";
import type { BucketConfigInput } from "../../packages/emulators/src/core/bucket-config.ts";
import { type Command, createProcesses, type Processes } from "./processes.ts";

/** A store as a job names it. */
export interface Store {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface SystemPlan {
  readonly workers?: number;
  readonly masters?: number;
  /** Further settings of API, masters and workers; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly source?: BucketConfigInput;
  readonly target?: BucketConfigInput;
  /** What both stores know besides their own keys. */
  readonly temporary?: readonly TemporaryCredentials[];
  /** Further buckets of the source store. */
  readonly moreSources?: Readonly<Record<string, BucketConfigInput>>;
  /** A Redis that the test has started; one of the system's own, with AOF, unless given. */
  readonly redisUrl?: string;
  /**
   * The target store is a process of its own, `oss`, as it is for a layout. One process for both answers in bursts when hundreds of
   * requests wait for it: first it hears all of them, then it answers all.
   */
  readonly storesApart?: boolean;
  /** Where processes run; on loopback, all together, unless told otherwise. */
  readonly layout?: Layout;
}

/** A network between the processes. Redis is reached over a socket then, and API and Redis stay outside of it. */
export interface Layout {
  /** What the command line of a process begins with: `emulators` is the source store, `oss` the target store. */
  within(name: string): readonly string[];
  /** The address at which the target store is reached; it listens on port 80 of all addresses of its place. */
  readonly ossAddress: string;
}

export interface JobStats {
  readonly jobState: "Running" | "Paused" | "Succeed" | "Failed" | "Abort";
  readonly stateReason: { readonly code: string; readonly message: string } | null;
  readonly pendingTasks: number;
  readonly dispatchedTasks: number;
  readonly runningTasks: number;
  readonly succeedTasks: number;
  readonly failedTasks: number;
  readonly objects: {
    readonly listed: number;
    readonly copied: number;
    readonly skipped: number;
    readonly failed: number;
  };
  readonly bytes: { readonly listed: number; readonly copied: number; readonly skipped: number };
  readonly failuresByCode: Readonly<Record<string, number>>;
}

/** The whole system as real processes on loopback: Redis with AOF, both emulators, API, masters, workers. */
export interface System {
  readonly folder: string;
  readonly processes: Processes;
  readonly stores: { readonly s3: Store; readonly oss: Store };
  readonly redisUrl: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** A job from the source bucket to the target bucket; `extra` is laid over it. */
  job(extra?: object): Record<string, unknown>;
  /** Submits it and answers its id. */
  submit(job: Record<string, unknown>): Promise<string>;
  /** Calls the API; answers status and body. */
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  stats(jobId: string): Promise<JobStats>;
  /** Polls the job's stats until `isSo`; fails after `timeoutMs`, saying what the last ones were. */
  until(jobId: string, isSo: (stats: JobStats) => boolean, timeoutMs?: number): Promise<JobStats>;
  faults(store: "s3" | "oss", plan: FaultPlanInput): Promise<void>;
  /** The independent comparer's last line, and whether both sides are equal. */
  compare(job: Record<string, unknown>): Promise<{ readonly isEqual: boolean; readonly lastLine: string }>;
  stop(): Promise<void>;
}

export const sourceBucket = "source-bucket";
export const targetBucket = "target-bucket";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = (path: string): string => join(root, path, "src/main.ts");
const pollMs = 200;
const mostAttempts = 5;
/** It reads every byte of both sides, beside whatever else runs on the machine. */
const longestComparisonMs = 300_000;

export async function startSystem(plan: SystemPlan = {}): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-system-"));
  const processes = createProcesses(folder);
  try {
    const redisUrl = plan.redisUrl ?? (await startRedis(processes, folder, plan.layout));
    const stores = await startStores(processes, folder, plan);
    const api = await startServices(processes, { folder, redisUrl, plan });
    return systemOf({ folder, processes, stores, redisUrl, ...api }, plan.layout);
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

type Parts = Pick<System, "folder" | "processes" | "stores" | "redisUrl" | "apiUrl" | "apiKey">;

function systemOf(parts: Parts, layout: Layout | undefined): System {
  const { folder, processes, stores, apiUrl, apiKey } = parts;
  const call: System["call"] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(`${apiUrl}/v1${path}`, { method, headers, body: text });
    const answered = await answer.text();
    return { status: answer.status, body: answered === "" ? undefined : JSON.parse(answered) };
  };
  const stats: System["stats"] = async (jobId) => {
    const { status, body } = await call("GET", `/jobs/${jobId}/stats`);
    if (status !== 200) throw Object.assign(new Error(`stats answered ${status}: ${JSON.stringify(body)}`), { status });
    return body as JobStats;
  };
  return {
    ...parts,
    job: (extra = {}) => ({ ...jobBetween(stores), ...extra }),
    async submit(job) {
      const { status, body } = await call("POST", "/jobs", job);
      if (status !== 201) throw new Error(`submit answered ${status}: ${JSON.stringify(body)}`);
      return (body as { readonly id: string }).id;
    },
    call,
    stats,
    async until(jobId, isSo, timeoutMs = 120_000) {
      const endsAtMs = Date.now() + timeoutMs;
      for (;;) {
        const now = await answered(() => stats(jobId));
        if (now !== undefined && isSo(now)) return now;
        if (Date.now() > endsAtMs) throw new Error(`not so in ${timeoutMs} ms: ${JSON.stringify(now)}`);
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
    async faults(store, faultPlan) {
      const answer = await fetch(`${stores[store].url}/_emulator/faults`, {
        method: "PUT",
        body: JSON.stringify(faultPlan),
      });
      if (answer.status !== 200) throw new Error(`the fault plan was refused: ${await answer.text()}`);
    },
    compare: (job) => compare(processes, folder, { job, layout }),
    async stop() {
      await processes.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Undefined while the API cannot reach Redis: on a busy machine it may be away for a moment. */
async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 503) return undefined;
    throw error;
  }
}

function keysOf({ accessKeyId, secretAccessKey }: Store) {
  return { accessKeyId, secretAccessKey };
}

/** Whether a job has come to one of its ends. */
export function hasEnded({ jobState }: JobStats): boolean {
  return jobState === "Succeed" || jobState === "Failed" || jobState === "Abort";
}

function jobBetween({ s3, oss }: System["stores"]): Record<string, unknown> {
  return {
    name: `job-${randomBytes(6).toString("hex")}`,
    source: {
      region: s3.region,
      endpoint: s3.url,
      bucket: sourceBucket,
      prefix: "from/",
      pathStyle: true,
      credentials: keysOf(s3),
    },
    target: { region: oss.region, endpoint: oss.url, bucket: targetBucket, prefix: "to/", credentials: keysOf(oss) },
  };
}

async function startRedis(processes: Processes, folder: string, layout: Layout | undefined): Promise<string> {
  const dir = join(folder, "redis");
  await mkdir(dir);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const unixsocket = join(dir, "redis.sock");
    const durable = { appendonly: "yes", save: "", "maxmemory-policy": "noeviction" };
    const settings = { bind: "127.0.0.1", port, dir, unixsocket, ...durable };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = { name: "redis", command: "redis-server", args, env: inherited() };
    try {
      await processes.start(command, (line) => line.includes("Ready to accept connections") || undefined);
      return layout === undefined ? `redis://127.0.0.1:${port}` : `unix:${unixsocket}`;
    } catch (error) {
      // Redis cannot choose a port and tell it: another test may have taken this one in between.
      if (attempt === mostAttempts) throw error;
    }
  }
}

async function startStores(processes: Processes, folder: string, plan: SystemPlan): Promise<System["stores"]> {
  const { source = { kind: "plain" }, target = { kind: "plain" }, moreSources, layout, temporary = [] } = plan;
  const keys = {
    // The first is what the emulators print, and so the stores' own.
    credentials: {
      "system-access-key": "system-secret-key",
      ...Object.fromEntries(temporary.map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey])),
    },
    securityTokens: Object.fromEntries(temporary.map(({ accessKeyId, sessionToken }) => [accessKeyId, sessionToken])),
  };
  const config = {
    s3: { region: "ap-northeast-1", ...keys, buckets: { [sourceBucket]: source, ...moreSources } },
    oss: { region: "cn-shanghai", ...keys, buckets: { [targetBucket]: target } },
  };
  const file = join(folder, "emulators.json");
  await writeFile(file, JSON.stringify(config));
  const start = (name: string, ...options: readonly string[]): Promise<System["stores"]> => {
    const args = [main("packages/emulators"), "--json", "--config", file, ...options];
    const command = placed(layout, { name, command: process.execPath, args, env: inherited() });
    return processes.start(command, (line) =>
      line.startsWith("{") ? (JSON.parse(line) as System["stores"]) : undefined,
    );
  };
  const stores = await start("emulators");
  if (plan.storesApart === true) return { s3: stores.s3, oss: (await start("oss")).oss };
  if (layout === undefined) return stores;
  const far = await start("oss", "--host", "0.0.0.0", "--oss-port", "80");
  return { s3: stores.s3, oss: { ...far.oss, url: `http://${layout.ossAddress}` } };
}

function placed(layout: Layout | undefined, command: Command): Command {
  const [program, ...before] = [...(layout?.within(command.name) ?? []), command.command];
  return { ...command, command: program, args: [...before, ...command.args] };
}

async function startServices(
  processes: Processes,
  { folder, redisUrl, plan }: { readonly folder: string; readonly redisUrl: string; readonly plan: SystemPlan },
): Promise<{ readonly apiUrl: string; readonly apiKey: string }> {
  const apiKey = randomBytes(18).toString("base64url");
  const env = {
    ...inherited(),
    REDIS_URL: redisUrl,
    SECRET_KEY: randomBytes(32).toString("base64"),
    JOURNAL_URL: pathToFileURL(join(folder, "journal")).href,
    ALLOWED_ENDPOINTS: "127.0.0.1,localhost,*.amazonaws.com,*.aliyuncs.com",
    HEALTH_PORT: "0",
    API_PORT: "0",
    API_KEYS: `test:admin:${apiKey}`,
    WORKER_PROCESSES: "1",
    // As in the image.
    NODE_OPTIONS: "--max-semi-space-size=16",
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "131072",
    MALLOC_TRIM_THRESHOLD_: "131072",
    ...plan.env,
  };
  const service = (name: string, of: string) =>
    placed(plan.layout, { name, command: process.execPath, args: [main(`services/${of}`)], env });
  for (let n = 1; n <= (plan.masters ?? 1); n += 1) processes.launch(service(`master-${n}`, "master"));
  for (let n = 1; n <= (plan.workers ?? 2); n += 1) processes.launch(service(`worker-${n}`, "worker"));
  const apiUrl = await processes.start(service("api", "api"), (line) => /"url":"(http:[^"]+)"/.exec(line)?.[1]);
  // One that is killed comes back where its clients look for it.
  processes.remember("api", { API_PORT: new URL(apiUrl).port });
  // It listens before it has reached Redis; until then it refuses jobs.
  while (!(await fetch(`${apiUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, pollMs));
  return { apiUrl, apiKey };
}

async function compare(
  processes: Processes,
  folder: string,
  { job, layout }: { readonly job: Record<string, unknown>; readonly layout: Layout | undefined },
): Promise<{ readonly isEqual: boolean; readonly lastLine: string }> {
  const name = `compare-${randomBytes(4).toString("hex")}`;
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(job));
  const args = [main("packages/cli"), "compare", "--file", file, "--content", "--metadata"];
  const command = placed(layout, { name, command: process.execPath, args, env: inherited() });
  const lastLine = await processes.start(command, lastLineOf, longestComparisonMs);
  const [equal, all, equalBytes, allBytes] = /(\d+)\/(\d+) objects, (\d+)\/(\d+) bytes/.exec(lastLine)?.slice(1) ?? [];
  const differences = (await processes.log(name)).trimEnd().split("\n").length - 1;
  return { isEqual: equal === all && equalBytes === allBytes && differences === 0 && equal !== undefined, lastLine };
}

/** A comparison's last line, of all that it says. */
function lastLineOf(line: string): string | undefined {
  return line.startsWith("compared ") ? line : undefined;
}

/** What children get of this process' environment: none of the settings that a person may have set. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? ""]])),
  );
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
