import { wholeNumber } from "@causeway/shared/platform/setting-kinds.ts";
import { readSettings, type SettingsDeclaration, type SettingsHost } from "@causeway/shared/platform/settings.ts";
import {
  commonSettings,
  endpointSettings,
  healthSettings,
  journalSettings,
  sealSettings,
  storeSettings,
} from "@causeway/shared/platform/shared-settings.ts";

const defaultHealthPort = 8081;

/** All settings of the master. */
export const masterSettings = {
  ...commonSettings,
  ...sealSettings,
  ...journalSettings,
  ...storeSettings,
  ...endpointSettings,
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

/** Reads the master's settings from the environment. */
export function readConfig(host: SettingsHost) {
  return readSettings(masterSettings, process.env, host);
}
