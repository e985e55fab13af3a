import { journalSettings } from "@causeway/shared/adapters/journal/journal-settings.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import {
  commonSettings,
  drainSettings,
  endpointSettings,
  networkSettings,
  preflightSettings,
  sealSettings,
  storeSettings,
  webhookSettings,
} from "@causeway/shared/platform/shared-settings.ts";
import { listOf, optionalText, port, wholeNumber } from "@causeway/shared/platform/setting-kinds.ts";
import {
  readSettings,
  type Settings,
  type SettingsDeclaration,
  type SettingsHost,
} from "@causeway/shared/platform/settings.ts";
import type { JournalKind } from "@causeway/shared/domain/preflight/journal.ts";
import type { StoreRules } from "@causeway/shared/wiring/stores.ts";
import type { JournalRules } from "@causeway/shared/wiring/journal.ts";
import { networkRulesOf } from "@causeway/shared/wiring/network.ts";
import { z } from "zod";
import { apiKeyForm, namesTwice, readApiKey } from "./http/api-key.ts";
import type { HashedKey } from "./http/auth.ts";

const keySchema = z.string().transform((entry, context): HashedKey => {
  const key = readApiKey(entry);
  if (key !== undefined) return key;
  context.addIssue({ code: "custom", message: apiKeyForm });
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
  ...webhookSettings,
  ...preflightSettings,
  CREDENTIALS_ENV_PREFIXES: storeSettings.CREDENTIALS_ENV_PREFIXES,
  OSS_ALLOWED_CIDRS: storeSettings.OSS_ALLOWED_CIDRS,
  PRICES_FILE: {
    schema: optionalText,
    default: "",
    doc: "A file with prices of your own for the estimate of a preflight, see docs/prices.md; empty: public list prices.",
  },
  API_HOST: {
    schema: z.string().min(1, "must be an address"),
    default: "127.0.0.1",
    doc: "The address on which the API listens.",
  },
  API_PORT: { schema: port, default: "8080", doc: "The API's port; 0: any free one (the log says which)." },
  API_KEYS: {
    schema: listOf(keySchema)
      .refine((keys) => keys.length > 0, "must hold at least one name:role:key")
      .refine((keys) => namesTwice(keys).length === 0, "must give each key a name of its own"),
    default: undefined,
    doc:
      "The keys of the API's clients, comma-separated, each as name:role:key or name:role:sha256:HASH (HASH as `printf %s KEY | sha256sum` " +
      "prints it); roles are read, operate and admin.",
    secret: true,
  },
  API_REQUESTS_PER_SECOND: {
    schema: wholeNumber(0, 1_000_000),
    default: "100",
    doc: "How many requests each API key may keep up, with twice as many at once after a silence; 0: no limit.",
  },
} as const satisfies SettingsDeclaration;

export type ApiConfig = Settings<typeof apiSettings>;

/** Reads the API's settings from the environment; prints every fault at once and exits where any is wrong. */
export function readApiConfig(host: SettingsHost): ApiConfig {
  return readSettings(apiSettings, process.env, host);
}

/** What a preflight opens the stores with, as masters and workers do. */
export function storeRulesOf(config: ApiConfig): StoreRules {
  return {
    env: process.env,
    prefixes: config.CREDENTIALS_ENV_PREFIXES,
    connections: 16,
    targetCidrs: config.OSS_ALLOWED_CIDRS,
    allowedEndpoints: config.ALLOWED_ENDPOINTS,
    ...networkRulesOf(config),
  };
}

/** Whether the target's addresses are held to any blocks. */
export function blocksOf(config: ApiConfig): "named" | "none" {
  return config.OSS_ALLOWED_CIDRS.length > 0 ? "named" : "none";
}

/** Whether all hosts read the same journal. */
export function journalKindOf(config: ApiConfig): JournalKind {
  if (config.JOURNAL_URL.kind === "bucket") return "bucket";
  return config.JOURNAL_SHARED ? "shared-folder" : "own-folder";
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

/** Whether jobs may have webhooks. */
export function webhooksOf(config: ApiConfig): "signed" | "off" {
  return config.WEBHOOK_SECRET.length > 0 ? "signed" : "off";
}
