import { journalSettings } from "@causeway/shared/adapters/journal/journal-settings.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import type { SettingsDeclaration } from "@causeway/shared/platform/settings.ts";
import { networkSettings, sealSettings } from "@causeway/shared/platform/shared-settings.ts";
import { faultLine, readYaml } from "@causeway/tunnel/model/yaml-lines.ts";
import { z } from "zod";
import { parseSecretRef, secretRefForms, type SecretRef } from "./secrets/secret-ref.ts";

/** What /etc/causeway/host.yaml says: how the worker on this host runs. The tunnel is described in tunnel.yaml. */
export interface HostSettings {
  /** The AWS region of the parameter store and Secrets Manager. */
  readonly region: string | undefined;
  /** Whether a worker runs here; a forwarding gateway may do without. */
  readonly worker: "run" | "none";
  /** `watch`: the worker drains when the Auto Scaling group takes this host away. */
  readonly scaleIn: "watch" | "none";
  /** `serve`: the ledger's Redis runs here, with the secret REDIS_PASSWORD. */
  readonly redis: "serve" | "none";
  /** Settings of the worker whose values are secret, by name. */
  readonly secrets: ReadonlyMap<string, SecretRef>;
  /** All other settings of the worker, by name. */
  readonly settings: ReadonlyMap<string, string>;
}

/** The port of health and metrics where host.yaml names none: the worker's. */
export const usualHealthPort = 8082;

/** Sentences, each with file, line, what is wrong and the cure. */
export type HostFaults = readonly string[];

const declared: SettingsDeclaration = { ...redisSettings, ...sealSettings, ...journalSettings, ...networkSettings };
const secretNames = Object.entries(declared).flatMap(([name, setting]) => (setting.secret === true ? [name] : []));

const settingName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be a setting's name such as WORKER_PROCESSES");
const settingValue = z
  .union([z.string(), z.number(), z.boolean()], { error: "must be a text, a number, true or false" })
  .transform(String)
  .refine((text) => !/[\0\r\n]/.test(text), "must be one line");

const secretRef = z.string({ error: `must be ${secretRefForms}` }).transform((text, context): SecretRef => {
  const ref = parseSecretRef(text);
  if (ref !== undefined) return ref;
  // The text is not shown: somebody may have put the secret itself there.
  context.addIssue({ code: "custom", message: `must be ${secretRefForms}, not the secret itself` });
  return z.NEVER;
});

const schema = z.strictObject({
  version: z.literal(1, "must be 1"),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as ap-northeast-1")
    .optional(),
  worker: z.enum(["run", "none"], { error: "must be run or none" }).default("run"),
  scaleIn: z.enum(["watch", "none"], { error: "must be watch or none" }).default("none"),
  redis: z.enum(["serve", "none"], { error: "must be serve or none" }).default("none"),
  secrets: z.record(settingName, secretRef).default({}),
  settings: z.record(settingName, settingValue).default({}),
});

/** Reads host.yaml; finds everything that is wrong at once. `file` is its name in the sentences. */
export function readHostSettings(
  text: string,
  file: string,
): { readonly host: HostSettings } | { readonly faults: HostFaults } {
  const reading = readYaml(text, file);
  if (!reading.ok) return { faults: reading.faults.map(faultLine) };
  const { value, lineOf } = reading.yaml;
  const at = (path: readonly PropertyKey[]): string => `${file}:${lineOf(path)}: ${path.join(".")}`;
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { faults: parsed.error.issues.map((issue) => `${at(issue.path)} ${issue.message}.`) };
  const host: HostSettings = {
    region: parsed.data.region,
    worker: parsed.data.worker,
    scaleIn: parsed.data.scaleIn,
    redis: parsed.data.redis,
    secrets: new Map(Object.entries(parsed.data.secrets)),
    settings: new Map(Object.entries(parsed.data.settings)),
  };
  const faults = disagreements(host).map(({ path, sentence }) => `${at(path)} ${sentence}`);
  return faults.length > 0 ? { faults } : { host };
}

interface Disagreement {
  readonly path: readonly string[];
  readonly sentence: string;
}

/** What each value alone does not show. */
function disagreements(host: HostSettings): readonly Disagreement[] {
  const found: Disagreement[] = [];
  for (const name of host.settings.keys()) {
    if (secretNames.includes(name)) {
      found.push({ path: ["settings", name], sentence: `is a secret: move it to secrets, as ${secretRefForms}.` });
    } else if (host.secrets.has(name)) {
      found.push({ path: ["settings", name], sentence: "stands under secrets, too: remove one of them." });
    }
  }
  const fromAws = [...host.secrets].filter(([, ref]) => ref.from === "ssm" || ref.from === "secretsmanager");
  if (host.region === undefined && fromAws.length > 0) {
    found.push({ path: ["region"], sentence: "is missing: say in which region of AWS the secrets are." });
  }
  if (host.worker === "run" && !host.secrets.has("SECRET_KEY")) {
    found.push({ path: ["secrets"], sentence: "lacks SECRET_KEY, without which no worker starts." });
  }
  if (host.redis === "serve" && !host.secrets.has("REDIS_PASSWORD")) {
    found.push({ path: ["secrets"], sentence: "lacks REDIS_PASSWORD: Redis is not served without one." });
  }
  return found;
}
