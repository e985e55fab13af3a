import { faultOf } from "@causeway/shared/domain/fault.ts";
import { createRefusedReader } from "@causeway/tunnel/link/guard-counters.ts";
import { createCharon } from "@causeway/tunnel/vici/charon.ts";
import type { IkeSa } from "@causeway/tunnel/vici/security-associations.ts";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { withExamples } from "../../examples.ts";
import { refusal } from "../../refusal.ts";
import { table } from "../../table.ts";

const patienceMs = 10_000;

interface StatusOptions {
  readonly socket: string;
  readonly json?: boolean;
}

/** `causeway tunnel status`: what charon holds on this host. */
export function addTunnelStatus(tunnel: Command, context: CliContext): void {
  const command = tunnel
    .command("status")
    .option("--socket <path>", "charon's VICI socket", "/run/charon.vici")
    .option("--json", "print JSON")
    .description("show the tunnels of this host; ends with 1 where one is configured and down")
    .action(async ({ socket, json }: StatusOptions) => {
      const found = await look(socket, context.stopping);
      if (json === true) context.say(JSON.stringify(found));
      else print(context, found);
      if (!found.ok) context.endWith(1);
    });
  withExamples(command, ["causeway tunnel status", "causeway tunnel status --json | jq .tunnels"]);
}

interface Status {
  /** Every configured tunnel carries packets. */
  readonly ok: boolean;
  readonly charon: string;
  readonly tunnels: readonly TunnelStatus[];
  /** Packets that the guard kept from going past the tunnel; null: it cannot be read, and `guardUnread` says why. */
  readonly refusedPackets: number | null;
  readonly guardUnread: string | null;
}

interface TunnelStatus {
  readonly name: string;
  readonly state: "up" | "no-child" | "down";
  readonly remote: string;
  readonly sas: readonly IkeSa[];
}

async function look(socket: string, stopping: AbortSignal): Promise<Status> {
  const charon = createCharon(socket);
  const options = { signal: AbortSignal.any([stopping, AbortSignal.timeout(patienceMs)]) };
  try {
    const version = await charon.version(options);
    const [connections, sas] = await Promise.all([charon.connections(options), charon.sas(options)]);
    const tunnels = connections.map(({ name, remoteAddresses }): TunnelStatus => {
      const mine = sas.filter((sa) => sa.name === name);
      return { name, state: stateOf(mine), remote: remoteAddresses.join(", "), sas: mine };
    });
    const refused = await createRefusedReader()();
    const guard =
      typeof refused === "number"
        ? { refusedPackets: refused, guardUnread: null }
        : { refusedPackets: null, guardUnread: refused };
    const ok = tunnels.length > 0 && tunnels.every(({ state }) => state === "up");
    return { ok, charon: version, tunnels, ...guard };
  } catch (error) {
    throw refusal(
      `charon does not answer at ${socket}: ${faultOf(error).message}. Is strongswan.service running, and are you root?`,
    );
  }
}

/** An IKE_SA alone carries nothing. */
function stateOf(sas: readonly IkeSa[]): TunnelStatus["state"] {
  if (sas.some(({ children }) => children.some(({ state }) => state === "INSTALLED"))) return "up";
  return sas.some(({ state }) => state === "ESTABLISHED") ? "no-child" : "down";
}

function print(context: CliContext, { charon, tunnels, refusedPackets, guardUnread }: Status): void {
  const rows = tunnels.map(({ name, state, remote, sas }) => {
    const children = sas.flatMap((sa) => sa.children);
    const sum = (of: (child: (typeof children)[number]) => number): string =>
      String(children.reduce((total, child) => total + of(child), 0));
    const blocks = [...new Set(children.flatMap((child) => child.remoteBlocks))].join(",");
    return [name, state, remote, sum((child) => child.bytesIn), sum((child) => child.bytesOut), blocks];
  });
  context.say(table([["TUNNEL", "STATE", "GATEWAY", "BYTES IN", "BYTES OUT", "CARRIES"], ...rows]));
  if (tunnels.length === 0) context.say("No tunnel is configured: see `causeway tunnel render`.");
  context.say(`${charon}; ${guardUnread ?? `the guard refused ${refusedPackets} packets`}`);
}
