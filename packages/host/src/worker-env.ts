import { secretsFolder } from "./secrets/store-secrets.ts";
import type { HostSettings } from "./host-settings.ts";

/** How long the worker may take to stop beyond DRAIN_TIMEOUT_MS, s. */
const spareSeconds = 30;
const usualDrainMs = 25_000;

/**
 * The worker's environment as a file of systemd: settings in clear, and of each secret the place in memory where it will be.
 * See systemd.exec(5), EnvironmentFile: in double quotes, a backslash stands before `"`, `\`, `` ` `` and `$`.
 */
export function workerEnvironment(host: HostSettings): string {
  const secrets = [...host.secrets.keys()].map((name) => `${name}_FILE="${secretsFolder}/${name}"\n`);
  return `${settingsEnvironment(host)}${secrets.join("")}`;
}

/** The settings in clear alone, in the same form. */
export function settingsEnvironment({ settings }: HostSettings): string {
  return [...settings].map(([name, value]) => `${name}="${value.replaceAll(/["\\`$]/g, "\\$&")}"\n`).join("");
}

/** How long systemd waits for the worker to stop, s: longer than it drains. */
export function drainSeconds(host: HostSettings): number {
  const drainMs = Number(host.settings.get("DRAIN_TIMEOUT_MS") ?? usualDrainMs);
  return Math.ceil(drainMs / 1000) + spareSeconds;
}
