import { type HostSettings, usualHealthPort } from "../host-settings.ts";
import { memoryFileSystems, secretsFolder } from "../secrets/store-secrets.ts";
import { failure, type Finding, ok, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** The units that have to run, and what the worker says of itself. */
export async function checkServices(
  machine: Machine,
  host: HostSettings,
  units: readonly string[],
): Promise<readonly Finding[]> {
  const findings = await Promise.all([
    ...units.map((unit) => checkUnit(machine, unit)),
    checkSecrets(machine, host),
    ...(units.includes("causeway-worker.service") ? [checkReady(machine, host, "worker")] : []),
    ...(units.includes("causeway-metrics.service") ? [checkReady(machine, host, "metrics")] : []),
  ]);
  return findings;
}

async function checkUnit(machine: Machine, unit: string): Promise<Finding> {
  const { output } = await machine.run("systemctl", "is-active", unit);
  const state = output.trim().split("\n")[0] ?? "";
  if (state === "active") return ok(unit, "active");
  return failure(unit, `is ${state || "unknown"}.`, `Run: journalctl -u ${unit} -n 50; systemctl restart ${unit}`);
}

async function checkSecrets(machine: Machine, host: HostSettings): Promise<Finding> {
  if (host.secrets.size === 0) return ok("secrets", "host.yaml names none");
  const type = await machine.fileSystem(secretsFolder);
  const reload = "Run: systemctl restart causeway-secrets; its journal says what the store answered.";
  if (type === undefined) return failure("secrets", `${secretsFolder} is missing.`, reload);
  if (!memoryFileSystems.has(type)) {
    return failure(
      "secrets",
      `${secretsFolder} is on a disk.`,
      "Mount /run as a tmpfs, as Debian does, and change the secrets.",
    );
  }
  const names = [...host.secrets.keys()];
  const there = await Promise.all(names.map((name) => machine.exists(`${secretsFolder}/${name}`)));
  const missing = names.filter((_, index) => there[index] === false);
  if (missing.length > 0) return failure("secrets", `${missing.join(", ")} missing.`, reload);
  return ok("secrets", `${names.length} in memory`);
}

/** Whether a service is there at its own health port, and what it says of itself. */
async function checkReady(machine: Machine, host: HostSettings, service: "worker" | "metrics"): Promise<Finding> {
  const url = `${healthUrl(host)}/readyz`;
  const status = await machine.statusOf(url);
  if (status === 200) return ok(service, `ready, at ${url}`);
  if (status === undefined) {
    return failure(service, `nobody answers at ${url}.`, `Run: journalctl -u causeway-${service} -n 50`);
  }
  return warning(service, `it is not ready (status ${status}).`, `Run: curl -s ${url}; it says what is in the way.`);
}

const anyAddress: readonly string[] = ["0.0.0.0", "::"];

/** Where this host itself reaches its health port. */
function healthUrl({ settings }: HostSettings): string {
  const named = settings.get("HEALTH_HOST") ?? "127.0.0.1";
  const address = anyAddress.includes(named) ? "127.0.0.1" : named;
  const port = settings.get("HEALTH_PORT") ?? String(usualHealthPort);
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
