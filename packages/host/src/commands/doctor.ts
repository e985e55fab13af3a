import { checkHost } from "@causeway/tunnel/host/check-host.ts";
import type { ExitCode, HostContext } from "../host-context.ts";
import { checkFiles, checkGuard } from "../doctor/config-checks.ts";
import { failure, type Finding, findingText } from "../doctor/finding.ts";
import { checkServices } from "../doctor/service-checks.ts";
import { checkSystem } from "../doctor/system-checks.ts";
import { checkTunnel } from "../doctor/tunnel-checks.ts";
import { hostFiles, hostUnits } from "../host-files.ts";
import { type HostConfig, readHostConfig } from "../read-config.ts";

export interface DoctorOptions {
  readonly from: string;
  readonly json: boolean;
}

/** Looks at the whole host and says what is wrong and what to do. Changes nothing. 1: something has failed. */
export async function doctor({ from, json }: DoctorOptions, context: HostContext): Promise<ExitCode> {
  const findings = await examine(from, context);
  if (json) context.say(JSON.stringify({ findings }));
  else for (const finding of findings) context.say(findingText(finding));
  return findings.some(({ state }) => state === "failure") ? 1 : 0;
}

async function examine(from: string, context: HostContext): Promise<readonly Finding[]> {
  const system = await checkSystem(context.machine);
  const read = await readHostConfig(from);
  if ("faults" in read) {
    return [
      ...system,
      ...read.faults.map((fault) => failure("settings", fault, "Mend it, then run: causeway-host apply")),
    ];
  }
  return [...system, ...(await examineConfigured(read.config, context))];
}

async function examineConfigured(
  config: HostConfig,
  { machine, charon, facts }: HostContext,
): Promise<readonly Finding[]> {
  const { host, tunnel } = config;
  const files = await checkFiles(machine, hostFiles(config));
  const services = await checkServices(machine, host, hostUnits(config));
  if (tunnel === undefined) return [files, ...services];
  const needs = checkHost(tunnel, await facts()).map((found): Finding => ({ ...found, about: "host" }));
  return [files, ...needs, await checkGuard(machine), ...(await checkTunnel(charon, tunnel)), ...services];
}
