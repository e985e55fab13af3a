import type { Tunnel, TunnelEnd } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";
import { routesPath } from "./routes.ts";
import { type Section, sections } from "./sections.ts";

/** Connections for charon, without keys: those come over VICI. Debian's swanctl.conf includes this folder. */
export function swanctlFile(tunnel: Tunnel): RenderedFile {
  const connections = Object.fromEntries(tunnel.ends.map((end) => [end.connection, connection(tunnel, end)]));
  return {
    path: "/etc/swanctl/conf.d/causeway.conf",
    mode: 0o644,
    text: `# ${origin}\n${sections({ connections })}`,
  };
}

function connection(tunnel: Tunnel, end: TunnelEnd): Section {
  return {
    version: "2",
    local_addrs: "%any",
    remote_addrs: end.address,
    proposals: tunnel.ikeProposals.join(", "),
    // ESP inside UDP always: an elastic IP is NAT, and security groups need only UDP 500 and 4500.
    encap: "yes",
    mobike: "no",
    dpd_delay: "10s",
    keyingtries: "0",
    // Below the gateway's 24 h, so that this side rekeys first.
    rekey_time: "20h",
    over_time: "2h",
    ...(end.xfrm === undefined ? {} : { if_id_in: String(end.xfrm.id), if_id_out: String(end.xfrm.id) }),
    local: { auth: "psk", id: tunnel.id },
    remote: { auth: "psk", id: end.id },
    children: { [end.connection]: child(tunnel, end) },
  };
}

function child(tunnel: Tunnel, end: TunnelEnd): Section {
  const any = tunnel.selectors === "any";
  return {
    local_ts: any ? "0.0.0.0/0" : tunnel.networks.join(", "),
    remote_ts: any ? "0.0.0.0/0" : tunnel.ossBlocks.join(", "),
    esp_proposals: tunnel.espProposals.join(", "),
    mode: "tunnel",
    rekey_time: "7h",
    life_time: "8h",
    ...(tunnel.esp === "kernel" ? { replay_window: "2048" } : {}),
    start_action: startAction(tunnel, end),
    dpd_action: "restart",
    close_action: "start",
    ...(end.xfrm === undefined ? {} : { updown: routesPath }),
  };
}

/** The kernel's trap policies keep traffic from going out in clear, and call for the tunnel, while there is no SA. */
function startAction({ esp }: Tunnel, { xfrm }: TunnelEnd): string {
  return esp === "kernel" && xfrm === undefined ? "trap|start" : "start";
}
