import type { ExitCode, HostContext } from "../host-context.ts";
import { readHostConfig } from "../read-config.ts";
import { readSecrets } from "../secrets/secret-source.ts";
import { secretsFolder, storeSecrets } from "../secrets/store-secrets.ts";

/** Fetches the worker's secrets into memory, readable by the user `causeway` alone. With one missing, none is stored. */
export async function loadSecrets(from: string, context: HostContext): Promise<ExitCode> {
  const read = await readHostConfig(from);
  if ("faults" in read) {
    for (const fault of read.faults) context.complain(fault);
    return 2;
  }
  const { host } = read.config;
  const found = await readSecrets(context.secretsIn(host.region), host.secrets);
  if ("obstacles" in found) {
    for (const obstacle of found.obstacles) context.complain(obstacle);
    return 1;
  }
  const give = async (path: string): Promise<void> => {
    const { exitCode, output } = await context.machine.run("chown", "causeway:causeway", path);
    if (exitCode !== 0) throw new Error(`${path} cannot be given to the user causeway: ${output.trim()}`);
  };
  const obstacle = await storeSecrets(secretsFolder, found.values, give);
  if (obstacle !== undefined) {
    context.complain(obstacle.obstacle);
    return 1;
  }
  context.say(`${found.values.size} secrets in ${secretsFolder}`);
  return 0;
}
