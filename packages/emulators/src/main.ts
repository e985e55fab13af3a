import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { z } from "zod";

import { bucketConfigSchema } from "./core/bucket-config.ts";
import { faultPlanSchema } from "./core/faults.ts";
import { startEmulators, type Emulator } from "./start.ts";

const USAGE = `node main.ts [--s3-port PORT] [--oss-port PORT] [--host ADDRESS] [--data DIR] [--config FILE] [--faults FILE] [--json]

  --host ADDRESS the address to listen on; 127.0.0.1 unless told otherwise
  --data DIR     keep objects in this folder; without it they live in memory
  --config FILE  JSON: { "s3": { "region", "credentials", "securityTokens", "buckets": { NAME: { "kind": "plain" } } }, "oss": { … } }
  --faults FILE  JSON: { "s3": PLAN, "oss": PLAN }, a plan being { "seed", "rules": [ … ] }
  --json         print one line of JSON with both stores' URLs, regions and credentials
`;

const storeSchema = z.strictObject({
  region: z.string().optional(),
  credentials: z.record(z.string(), z.string()).optional(),
  securityTokens: z.record(z.string(), z.string()).optional(),
  buckets: z.record(z.string(), bucketConfigSchema).optional(),
});
const configSchema = z.strictObject({ s3: storeSchema.prefault({}), oss: storeSchema.prefault({}) });
const faultsSchema = z.strictObject({ s3: faultPlanSchema.prefault({}), oss: faultPlanSchema.prefault({}) });

try {
  const options = readOptions();
  if (options.help) process.stdout.write(USAGE);
  else await serve(options);
} catch (error) {
  const known = sentenceOf(error);
  if (known === undefined) throw error;
  process.stderr.write(`${known}\n`);
  process.exitCode = 2;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      "s3-port": { type: "string", default: "0" },
      "oss-port": { type: "string", default: "0" },
      host: { type: "string" },
      data: { type: "string" },
      config: { type: "string" },
      faults: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return values;
}

async function serve(values: ReturnType<typeof readOptions>): Promise<void> {
  const config = await readFileAs(configSchema, "--config", values.config);
  const faults = await readFileAs(faultsSchema, "--faults", values.faults);
  const emulators = await startEmulators({
    folder: values.data,
    host: values.host,
    s3: { ...config.s3, port: portOf("--s3-port", values["s3-port"]), faults: faults.s3 },
    oss: { ...config.oss, port: portOf("--oss-port", values["oss-port"]), faults: faults.oss },
  });
  const stores = { s3: access(emulators.s3), oss: access(emulators.oss) };
  const text = Object.entries(stores).map(
    ([name, { url, region, accessKeyId, secretAccessKey }]) =>
      `${name.padEnd(3)} ${url} ${region} ${accessKeyId} ${secretAccessKey}\n`,
  );
  process.stdout.write(values.json ? `${JSON.stringify(stores)}\n` : text.join(""));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void emulators.close());
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw wrongUse(`${option} must be a port from 0 to 65535.`);
}

async function readFileAs<Schema extends z.ZodType>(
  schema: Schema,
  option: string,
  file: string | undefined,
): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(file === undefined ? {} : await readJson(option, file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw wrongUse(`${option} ${file} is not what the emulators take: ${faults.join("; ")}`);
}

async function readJson(option: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw wrongUse(`${option} ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What the person who started the emulators has to mend. */
function wrongUse(sentence: string): Error {
  return Object.assign(new Error(sentence), { code: "WRONG_USE" });
}

/** The sentence for wrong use, also for an option, a port or a folder that Node refuses; undefined: a defect. */
function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const isSystem = "syscall" in error;
  const isOption = typeof error.code === "string" && error.code.startsWith("ERR_PARSE_ARGS");
  if (error.code === "EADDRINUSE") return `Another process listens there already (${error.message}).`;
  return error.code === "WRONG_USE" || isOption || isSystem ? error.message : undefined;
}

function access({ url, region, accessKeyId, secretAccessKey }: Emulator) {
  return { url, region, accessKeyId, secretAccessKey };
}
