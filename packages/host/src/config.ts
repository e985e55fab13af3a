import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import {
  readSettings,
  type Settings,
  type SettingsDeclaration,
  type SettingsHost,
} from "@causeway/shared/platform/settings.ts";
import { commonSettings, healthSettings, networkSettings } from "@causeway/shared/platform/shared-settings.ts";
import { z } from "zod";
import { usualHealthPort } from "./host-settings.ts";

const name = z.string().regex(/^[\w./#:-]{1,255}$/, "must be 1 to 255 letters, digits, ., -, _, /, # or :");

/** Settings of `causeway-host publish-backlog`. */
const backlogSettings = {
  ...redisSettings,
  ...commonSettings,
  CA_FILE: networkSettings.CA_FILE,
  BACKLOG_NAMESPACE: { schema: name, default: "Causeway", doc: "CloudWatch's namespace for the metrics." },
  BACKLOG_FLEET: { schema: name, default: "causeway", doc: "The value of the metrics' dimension Fleet." },
} as const satisfies SettingsDeclaration;

export type BacklogConfig = Settings<typeof backlogSettings>;

/** Reads the publisher's settings from the environment. */
export function readBacklogConfig(host: SettingsHost): BacklogConfig {
  return readSettings(backlogSettings, process.env, host);
}

/** Where `causeway-host metrics` is asked: the same place as the worker's, so that one rule lets Prometheus in to both. */
const metricsSettings = healthSettings(usualHealthPort);

export type MetricsConfig = Settings<typeof metricsSettings>;

/** Reads from the environment where figures are served. */
export function readMetricsConfig(host: SettingsHost): MetricsConfig {
  return readSettings(metricsSettings, process.env, host);
}

/** Variables that secrets refer to; AWS' own, which its client reads, are among them. */
export function readHostEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
