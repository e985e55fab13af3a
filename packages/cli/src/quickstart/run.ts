import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { createApiClient } from "../api/client.ts";
import { jobSchema } from "../api/schemas.ts";
import { compareJob } from "../commands/compare.ts";
import { comparedJobSchema } from "../commands/compare-places.ts";
import { statsPrinter, watchJob } from "../commands/watch.ts";
import type { CliContext } from "../context.ts";
import { refusal } from "../refusal.ts";
import { type Children, createChildren } from "./children.ts";
import { putSeed } from "./put-seed.ts";
import { startRedis } from "./redis.ts";
import { scenarioJob } from "./scenario-job.ts";
import { seedObjects } from "./seed-objects.ts";
import { type Services, startServices } from "./services.ts";
import { startStores, type Stores, storesFolder } from "./stores.ts";

export interface QuickstartPlan {
  /** Undefined: the seed's 42 objects. */
  readonly objects: number | undefined;
  readonly sizeBytes: number;
  readonly workers: number;
  readonly afterwards: "stop" | "keep";
  /** `json`: figures and comparison as JSON on stdout, a line each; what is for people goes to stderr. */
  readonly output: "text" | "json";
}

/** What of the environment children get: none of the settings that a person may have set for services of their own. */
const inherited = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "LD_LIBRARY_PATH", "NODE_OPTIONS"];

/** Runs the whole scenario on this machine; everything that it started is gone when it answers. */
export async function runQuickstart(context: CliContext, plan: QuickstartPlan): Promise<void> {
  const folder = resolve("data", `quickstart-${new Date().toISOString().replace(/[:.]/g, "-")}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const children = createChildren(folder);
  context.stopping.addEventListener("abort", () => context.note("stopping; Ctrl-C again forces"), { once: true });
  try {
    await Promise.race([play(context, plan, folder, children), children.failed]);
  } finally {
    await children.stop();
    // Logs, journal and Redis' files stay for whoever wants to look; the copies of large objects would fill the disk.
    await rm(storesFolder(folder), { recursive: true, force: true });
  }
}

async function play(context: CliContext, plan: QuickstartPlan, folder: string, children: Children): Promise<void> {
  const signal = context.stopping;
  const env = Object.fromEntries(
    inherited.flatMap((name) => {
      const value = context.config.environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const tell = plan.output === "json" ? context.note : context.say;
  tell(`Everything goes into ${relative(process.cwd(), folder)}: logs, journal, Redis.`);
  const redisUrl = await startRedis(children, folder, env, signal);
  const stores = await startStores(children, folder, plan, { env, signal });
  if (plan.objects === undefined) await putSeed(stores.s3, seedObjects(), signal);
  const services = await startServices(children, { folder, redisUrl, workers: plan.workers, env, signal });
  const job = scenarioJob(stores);
  await writeFile(join(folder, "job.json"), `${JSON.stringify(job, undefined, 2)}\n`, { mode: 0o600 });
  // Computed objects carry no metadata.
  const metadata = plan.objects === undefined;
  const api = createApiClient(services.apiUrl, services.apiKey);
  await migrate({ ...context, api }, job, { content: true, metadata, json: plan.output === "json" });
  if (plan.afterwards === "keep") await keep(context, folder, { stores, services });
}

/** Submits, watches and compares. */
async function migrate(
  context: CliContext,
  body: ReturnType<typeof scenarioJob>,
  thorough: { readonly content: boolean; readonly metadata: boolean; readonly json: boolean },
): Promise<void> {
  const submitted = await context.api.json(jobSchema, {
    method: "POST",
    path: "/jobs",
    body,
    signal: context.stopping,
  });
  (thorough.json ? context.note : context.say)(`submit job:${submitted.name} success!`);
  const ended = await watchJob(context, submitted.id, statsPrinter(context, thorough.json));
  if (ended.jobState !== "Succeed") {
    const { code, message } = ended.stateReason ?? { code: ended.jobState, message: "some objects failed" };
    throw refusal(`The job ended ${ended.jobState}: ${code}: ${message}`, 1);
  }
  const compared = comparedJobSchema.parse(body);
  const found = await compareJob(context, compared, compared, thorough);
  if (found.differences > 0) throw refusal(`${found.differences} differences were found.`, 1);
}

async function keep(
  context: CliContext,
  folder: string,
  { stores, services }: { readonly stores: Stores; readonly services: Services },
): Promise<void> {
  context.note(
    [
      "",
      "Everything stays up until Ctrl-C. In another terminal:",
      `  export CAUSEWAY_API=${services.apiUrl} CAUSEWAY_API_KEY=${services.apiKey}`,
      "  npx causeway stat local_test",
      `  npx causeway preflight ${relative(process.cwd(), join(folder, "job.json"))}`,
      `  npx causeway compare local_test --content --file ${relative(process.cwd(), join(folder, "job.json"))}`,
      `Dashboard: ${services.apiUrl}/ (it asks for the key above)`,
      `S3  ${stores.s3.url}  ${stores.s3.accessKeyId} / ${stores.s3.secretAccessKey}`,
      `OSS ${stores.oss.url}  ${stores.oss.accessKeyId} / ${stores.oss.secretAccessKey}`,
    ].join("\n"),
  );
  if (context.stopping.aborted) return;
  await new Promise<void>((done) => context.stopping.addEventListener("abort", () => done(), { once: true }));
}
