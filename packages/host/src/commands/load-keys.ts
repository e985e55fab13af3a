import { faultOf } from "@causeway/shared/domain/fault.ts";
import { keyCure, keyFaults } from "@causeway/tunnel/model/key.ts";
import type { Tunnel } from "@causeway/tunnel/model/tunnel.ts";
import type { ExitCode, HostContext } from "../host-context.ts";
import { readHostConfig } from "../read-config.ts";
import { parseSecretRef, type SecretRef } from "../secrets/secret-ref.ts";
import { readSecrets } from "../secrets/secret-source.ts";

const patienceMs = 10_000;

/** Hands charon the pre-shared key of every tunnel, by VICI. No key touches a file or a command line. */
export async function loadKeys(from: string, context: HostContext): Promise<ExitCode> {
  const read = await readHostConfig(from);
  if ("faults" in read || read.config.tunnel === undefined) {
    const faults = "faults" in read ? read.faults : [`${from}/tunnel.yaml is missing: this host has no tunnel.`];
    for (const fault of faults) context.complain(fault);
    return 2;
  }
  const { host, tunnel } = read.config;
  const refs = new Map<string, SecretRef>();
  for (const { connection, key } of tunnel.ends) {
    const ref = parseSecretRef(key);
    if (ref === undefined) {
      context.complain(`${from}/tunnel.yaml: the key of ${connection} is not in a place that this host can read.`);
      return 2;
    }
    refs.set(connection, ref);
  }
  const found = await readSecrets(context.secretsIn(host.region), refs);
  if ("obstacles" in found) {
    for (const obstacle of found.obstacles) context.complain(obstacle);
    return 1;
  }
  const unfit = [...found.values].flatMap(([connection, key]) =>
    keyFaults(key).map((says) => `${connection}: ${says}`),
  );
  if (unfit.length > 0) {
    for (const says of unfit) context.complain(`${says} ${keyCure}`);
    return 1;
  }
  return handOver(tunnel, found.values, context);
}

async function handOver(tunnel: Tunnel, keys: ReadonlyMap<string, string>, context: HostContext): Promise<ExitCode> {
  for (const { connection, id } of tunnel.ends) {
    const owners = [tunnel.id, id];
    const shared = { id: connection, key: keys.get(connection) ?? "", owners };
    const refused = await context.charon.loadKey(shared, { signal: AbortSignal.timeout(patienceMs) }).then(
      () => undefined,
      (fault: unknown) => faultOf(fault),
    );
    if (refused !== undefined) {
      context.complain(`charon did not take the key of ${connection}: ${refused.message}`);
      return 1;
    }
    context.say(`${connection}: charon has the key for ${owners.join(" and ")}`);
  }
  return 0;
}
