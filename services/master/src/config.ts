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
  journalSettings,
  sealSettings,
  storeSettings,
} from "@causeway/shared/platform/shared-settings.ts";
import type { StoreRules } from "@causeway/shared/wiring/stores.ts";
import type { MasterSettings } from "./master.ts";

const defaultHealthPort = 8081;

/** All settings of the master. */
export const masterSettings = {
  ...commonSettings,
  ...sealSettings,
  ...journalSettings,
  ...storeSettings,
  ...healthSettings(defaultHealthPort),
  MASTER_LISTERS: {
    schema: wholeNumber(1, 256),
    default: "8",
    doc: "How many shards a master lists at once.",
  },
  BACKLOG_BYTES: {
    schema: wholeNumber(1_048_576, 1_099_511_627_776),
    default: "67108864",
    doc: "Compressed manifests that wait in Redis, for all jobs together, in bytes; at this mark listing waits for the workers.",
  },
} as const satisfies SettingsDeclaration;

export type MasterConfig = Settings<typeof masterSettings>;

/** Reads the master's settings from the environment. */
export function readMasterConfig(host: SettingsHost): MasterConfig {
  return readSettings(masterSettings, process.env, host);
}

/** Listing and settling need few connections; copying is the workers'. */
const storeConnections = 32;

/** By which rules the master opens stores. */
export function storeRulesOf(config: MasterConfig): StoreRules {
  return {
    env: process.env,
    prefixes: config.CREDENTIALS_ENV_PREFIXES,
    connections: storeConnections,
    targetCidrs: config.OSS_ALLOWED_CIDRS,
    caFile: config.CA_FILE,
  };
}

export function masterSettingsOf(config: MasterConfig, host: string): MasterSettings {
  return {
    host,
    journal: { url: config.JOURNAL_URL, shared: config.JOURNAL_SHARED },
    listers: config.MASTER_LISTERS,
    backlogBudgetBytes: config.BACKLOG_BYTES,
  };
}
