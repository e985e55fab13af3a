import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { z } from "zod";

import { bucketConfigSchema } from "./core/bucket-config.ts";
import { faultPlanSchema } from "./core/faults.ts";
import { startEmulators, type Emulator } from "./start.ts";

const USAGE = `node main.ts [--s3-port PORT] [--oss-port PORT] [--host ADDRESS] [--data DIR] [--config FILE] [--faults FILE] [--json]

  --host ADDRESS the address to listen on; 127.0.0.1 unless told otherwise
  --data DIR     keep objects in this folder; without it they live in memory
  --config FILE  JSON: { "s3": { "region", "credentials", "buckets": { NAME: { "kind": "plain" } } }, "oss": { … } }
  --faults FILE  JSON: { "s3": PLAN, "oss": PLAN }, a plan being { "seed", "rules": [ … ] }
  --json         print one line of JSON with both stores' URLs, regions and credentials
`;

const storeSchema = z.strictObject({
  region: z.string().optional(),
  credentials: z.record(z.string(), z.string()).optional(),
  buckets: z.record(z.string(), bucketConfigSchema).optional(),
});
const configSchema = z.strictObject({ s3: storeSchema.prefault({}), oss: storeSchema.prefault({}) });
const faultsSchema = z.strictObject({ s3: faultPlanSchema.prefault({}), oss: faultPlanSchema.prefault({}) });

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

if (values.help) process.stdout.write(USAGE);
else await serve();

async function serve(): Promise<void> {
  const config = configSchema.parse(await readJson(values.config));
  const faults = faultsSchema.parse(await readJson(values.faults));
  const emulators = await startEmulators({
    folder: values.data,
    host: values.host,
    s3: { ...config.s3, port: Number(values["s3-port"]), faults: faults.s3 },
    oss: { ...config.oss, port: Number(values["oss-port"]), faults: faults.oss },
  });
  const stores = { s3: access(emulators.s3), oss: access(emulators.oss) };
  const text = Object.entries(stores).map(([name, store]) => `${name.padEnd(3)} ${store.url} ${store.region}\n`);
  process.stdout.write(values.json ? `${JSON.stringify(stores)}\n` : text.join(""));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void emulators.close());
}

async function readJson(path: string | undefined): Promise<unknown> {
  return path === undefined ? {} : JSON.parse(await readFile(path, "utf8"));
}

function access({ url, region, accessKeyId, secretAccessKey }: Emulator) {
  return { url, region, accessKeyId, secretAccessKey };
}
