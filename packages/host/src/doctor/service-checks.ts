import type { HostSettings } from "../host-settings.ts";
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
    ...(host.worker === "run" ? [checkWorker(machine, host)] : []),
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

const usualHealthPort = "8082";

async function checkWorker(machine: Machine, host: HostSettings): Promise<Finding> {
  const url = `http://127.0.0.1:${host.settings.get("HEALTH_PORT") ?? usualHealthPort}/readyz`;
  const status = await machine.statusOf(url);
  if (status === 200) return ok("worker", "ready");
  if (status === undefined) {
    return failure("worker", `nobody answers at ${url}.`, "Run: journalctl -u causeway-worker -n 50");
  }
  return warning("worker", `it is not ready (status ${status}).`, `Run: curl -s ${url}; it says what is in the way.`);
}
