import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readTunnel } from "@causeway/tunnel/model/read-tunnel.ts";
import type { Tunnel } from "@causeway/tunnel/model/tunnel.ts";
import { faultLine } from "@causeway/tunnel/model/yaml-lines.ts";
import { type HostSettings, readHostSettings } from "./host-settings.ts";

/** What a host is to be. */
export interface HostConfig {
  readonly host: HostSettings;
  /** Undefined: this host has no tunnel of its own; a gateway forwards for it. */
  readonly tunnel: Tunnel | undefined;
}

export type HostConfigReading = { readonly config: HostConfig } | { readonly faults: readonly string[] };

/** Reads host.yaml and, where it is there, tunnel.yaml in `folder`. Finds everything that is wrong in both at once. */
export async function readHostConfig(folder: string): Promise<HostConfigReading> {
  const hostFile = join(folder, "host.yaml");
  const tunnelFile = join(folder, "tunnel.yaml");
  const [hostText, tunnelText] = await Promise.all([textOf(hostFile), textOf(tunnelFile)]);
  const host =
    hostText === undefined
      ? { faults: [`${hostFile} is missing: start from deploy/worker-host/examples.`] }
      : readHostSettings(hostText, hostFile);
  const tunnel = tunnelText === undefined ? undefined : readTunnel(tunnelText, tunnelFile);
  const faults = [
    ...("faults" in host ? host.faults : []),
    ...(tunnel?.ok === false ? tunnel.faults.map(faultLine) : []),
    ...("host" in host && tunnel === undefined && host.host.worker === "none" && host.host.redis === "none"
      ? [`${hostFile}: worker is none and there is no ${tunnelFile}: this host would do nothing. Add one of them.`]
      : []),
  ];
  if (!("host" in host) || tunnel?.ok === false || faults.length > 0) return { faults };
  return { config: { host: host.host, tunnel: tunnel?.tunnel } };
}

/** Undefined: there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
