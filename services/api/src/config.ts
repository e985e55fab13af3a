import { journalSettings } from "@causeway/shared/adapters/journal/journal-settings.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import {
  commonSettings,
  drainSettings,
  endpointSettings,
  networkSettings,
  sealSettings,
  storeSettings,
} from "@causeway/shared/platform/shared-settings.ts";
import { listOf, port } from "@causeway/shared/platform/setting-kinds.ts";
import {
  readSettings,
  type Settings,
  type SettingsDeclaration,
  type SettingsHost,
} from "@causeway/shared/platform/settings.ts";
import type { JournalRules } from "@causeway/shared/wiring/journal.ts";
import { networkRulesOf } from "@causeway/shared/wiring/network.ts";
import { z } from "zod";
import { type HashedKey, hashedKey, roles } from "./http/auth.ts";

const shortestKey = 8;

const keySchema = z.string().transform((entry, context): HashedKey => {
  const [name = "", role = "", ...rest] = entry.split(":");
  const key = rest.join(":");
  const known = roles.find((candidate) => candidate === role);
  if (name !== "" && known !== undefined && key.length >= shortestKey) return hashedKey({ name, role: known }, key);
  const message = `must be name:role:key with a role of ${roles.join(", ")} and a key of at least ${shortestKey} characters`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The API's settings. */
export const apiSettings = {
  ...redisSettings,
  ...commonSettings,
  ...sealSettings,
  ...journalSettings,
  ...networkSettings,
  ...drainSettings,
  ...endpointSettings,
  CREDENTIALS_ENV_PREFIXES: storeSettings.CREDENTIALS_ENV_PREFIXES,
  API_HOST: {
    schema: z.string().min(1, "must be an address"),
    default: "127.0.0.1",
    doc: "The address on which the API listens.",
  },
  API_PORT: { schema: port, default: "8080", doc: "The API's port; 0: any free one (the log says which)." },
  API_KEYS: {
    schema: listOf(keySchema).refine((keys) => keys.length > 0, "must hold at least one name:role:key"),
    default: undefined,
    doc: "The keys of the API's clients, comma-separated, each as name:role:key; roles are read, operate and admin.",
    secret: true,
  },
} as const satisfies SettingsDeclaration;

export type ApiConfig = Settings<typeof apiSettings>;

/** Reads the API's settings from the environment; prints every fault at once and exits where any is wrong. */
export function readApiConfig(host: SettingsHost): ApiConfig {
  return readSettings(apiSettings, process.env, host);
}

/** Where the journal lies and with which keys. */
export function journalRulesOf(config: ApiConfig): JournalRules {
  return {
    place: config.JOURNAL_URL,
    accessKeyId: config.JOURNAL_ACCESS_KEY_ID,
    secretAccessKey: config.JOURNAL_SECRET_ACCESS_KEY,
    env: process.env,
    ...networkRulesOf(config),
  };
}
