import { readFile } from "node:fs/promises";
import { localKeyFaults } from "@causeway/tunnel/host/local-keys.ts";
import { readTunnel } from "@causeway/tunnel/model/read-tunnel.ts";
import type { Tunnel } from "@causeway/tunnel/model/tunnel.ts";
import { faultLine } from "@causeway/tunnel/model/yaml-lines.ts";
import type { CliContext } from "../../context.ts";
import { refusal } from "../../refusal.ts";

/** Reads a tunnel.yaml and looks at the keys that can be looked at here; refuses with everything that is wrong. */
export async function readTunnelFile(file: string, { config }: CliContext): Promise<Tunnel> {
  const reading = readTunnel(await readText(file), file);
  if (!reading.ok) throw refusal(reading.faults.map(faultLine));
  const { tunnel, lineOf } = reading;
  const keys = await localKeyFaults(tunnel, config.environment);
  if (keys.length === 0) return tunnel;
  throw refusal(
    keys.map(({ end, says, cure }) =>
      faultLine({ file, line: lineOf(["gateway", "tunnels", end, "key"]), says, cure }),
    ),
  );
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw refusal(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
