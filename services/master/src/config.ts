import { journalSettings } from "@causeway/shared/adapters/journal/journal-settings.ts";
import { proxyFor } from "@causeway/shared/adapters/http/proxy-rule.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import type { WebhookOptions } from "@causeway/shared/adapters/webhook/webhook.ts";
import { wholeNumber } from "@causeway/shared/platform/setting-kinds.ts";
import {
  readSettings,
  type Settings,
  type SettingsDeclaration,
  type SettingsHost,
} from "@causeway/shared/platform/settings.ts";
import {
  commonSettings,
  healthSettings,
  networkSettings,
  sealSettings,
  endpointSettings,
  storeSettings,
  webhookSettings,
} from "@causeway/shared/platform/shared-settings.ts";
import { createAddressRules } from "@causeway/shared/wiring/address-rules.ts";
import type { JournalRules } from "@causeway/shared/wiring/journal.ts";
import { networkRulesOf } from "@causeway/shared/wiring/network.ts";
import type { StoreRules } from "@causeway/shared/wiring/stores.ts";
import type { MasterSettings } from "./master.ts";

const defaultHealthPort = 8081;

/** All settings of the master. */
export const masterSettings = {
  ...redisSettings,
  ...commonSettings,
  ...sealSettings,
  ...journalSettings,
  ...networkSettings,
  ...storeSettings,
  ...endpointSettings,
  ...webhookSettings,
  ...healthSettings(defaultHealthPort),
  MASTER_LISTERS: {
    schema: wholeNumber(1, 256),
    default: "16",
    doc: "How many shards a master lists at once; idle ones split what the others list.",
  },
  BACKLOG_BYTES: {
    schema: wholeNumber(1_048_576, 1_099_511_627_776),
    default: "67108864",
    doc: "Compressed manifests that wait in Redis, for all jobs together, in bytes; at this mark listing waits for the workers. What has failed takes its room from it, up to half.",
  },
} as const satisfies SettingsDeclaration;

export type MasterConfig = Settings<typeof masterSettings>;

/** Reads the master's settings from the environment. */
export function readMasterConfig(host: SettingsHost): MasterConfig {
  return readSettings(masterSettings, process.env, host);
}

/** Listing and settling need few connections; copying is the workers'. */
const leastConnections = 32;
/** A page, and the probe of a split. */
const connectionsPerLister = 2;

/** By which rules the master opens stores. */
export function storeRulesOf(config: MasterConfig): StoreRules {
  return {
    env: process.env,
    prefixes: config.CREDENTIALS_ENV_PREFIXES,
    connections: Math.max(leastConnections, config.MASTER_LISTERS * connectionsPerLister),
    targetCidrs: config.OSS_ALLOWED_CIDRS,
    allowedEndpoints: config.ALLOWED_ENDPOINTS,
    ...networkRulesOf(config),
  };
}

export function masterSettingsOf(config: MasterConfig, host: string): MasterSettings {
  return {
    host,
    journal: { url: config.JOURNAL_URL.url, shared: config.JOURNAL_SHARED },
    listers: config.MASTER_LISTERS,
    backlogBudgetBytes: config.BACKLOG_BYTES,
  };
}

/** Where the journal lies and with which keys. */
export function journalRulesOf(config: MasterConfig): JournalRules {
  return {
    place: config.JOURNAL_URL,
    accessKeyId: config.JOURNAL_ACCESS_KEY_ID,
    secretAccessKey: config.JOURNAL_SECRET_ACCESS_KEY,
    env: process.env,
    ...networkRulesOf(config),
  };
}

/** By which rules the master calls webhooks. */
export function webhookRulesOf(
  config: MasterConfig,
): Pick<WebhookOptions, "secrets" | "allowsUrl" | "addressesOf" | "proxyFor"> {
  const addresses = createAddressRules(config.ALLOWED_ENDPOINTS);
  const rules = networkRulesOf(config);
  return {
    secrets: config.WEBHOOK_SECRET,
    allowsUrl: (url) => addresses.allowsNotice(url),
    addressesOf: (url) => addresses.addressesOf(url),
    // A proxy that resolves names would decide which address is called; https keeps its certificate all the same.
    proxyFor: (url) => proxyFor(url, rules, "any"),
  };
}
