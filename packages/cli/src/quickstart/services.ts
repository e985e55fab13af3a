import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import type { Child, Children } from "./children.ts";

export interface ServicesPlan {
  readonly folder: string;
  readonly redisUrl: string;
  readonly workers: number;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Services {
  readonly apiUrl: string;
  readonly apiKey: string;
}

const pollMs = 50;
const readyWithinMs = 60_000;

const listeningSchema = z.object({ service: z.literal("api"), url: z.string() });

/** Starts API, master and workers; answers once the API listens. */
export async function startServices(children: Children, plan: ServicesPlan): Promise<Services> {
  const apiKey = randomBytes(18).toString("base64url");
  const env = {
    ...plan.env,
    REDIS_URL: plan.redisUrl,
    SECRET_KEY: randomBytes(32).toString("base64"),
    JOURNAL_URL: pathToFileURL(join(plan.folder, "journal")).href,
    // The emulators listen on this host, which a job may reach only where it is named.
    ALLOWED_ENDPOINTS: "127.0.0.1,*.amazonaws.com,*.aliyuncs.com",
    // As in the image: a worker keeps less memory, at the same speed.
    NODE_OPTIONS: `${plan.env["NODE_OPTIONS"] ?? ""} --max-semi-space-size=16`.trim(),
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "131072",
    MALLOC_TRIM_THRESHOLD_: "131072",
    // As many workers as were asked for, not as many as there are cores for each of them.
    WORKER_PROCESSES: "1",
    HEALTH_HOST: "127.0.0.1",
    HEALTH_PORT: "0",
    API_HOST: "127.0.0.1",
    API_PORT: "0",
    API_KEYS: `quickstart:admin:${apiKey}`,
  };
  const start = (name: string, service: string): Child =>
    children.start({ name, command: process.execPath, args: [mainOf(service)], env });
  const api = start("api", "api");
  start("master", "master");
  for (let number = 1; number <= plan.workers; number += 1) start(`worker-${number}`, "worker");
  const { url } = await api.firstLine((line) => listeningSchema.safeParse(parsed(line)).data, plan.signal);
  await untilReady(url, plan.signal);
  return { apiUrl: url, apiKey };
}

/** The API listens before it has reached Redis. */
async function untilReady(apiUrl: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)]);
  for (;;) {
    const ready = await fetch(`${apiUrl}/readyz`, { signal: patience });
    await ready.text();
    if (ready.ok) return;
    await wait(pollMs, undefined, { signal: patience });
  }
}

function mainOf(service: string): string {
  return fileURLToPath(new URL(`../../../../services/${service}/src/main.ts`, import.meta.url));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
