import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

export const guardPath = "/etc/causeway/guard.nft";
/** The guard's table, of family inet. */
export const guardTable = "causeway_guard";
/** The guard's named counters: packets to OSS' blocks, or from them, that did not go through the tunnel and were refused. */
export const refusedCounters = ["refused_out", "refused_forwarded", "refused_in"] as const;

/** The TUN device of charon's own ESP. */
const userspaceDevice = "ipsec0";

/**
 * The rules that make the tunnel the only way to OSS' blocks. They know nothing of charon, so they hold before it starts and
 * after it dies. NAT64's form of the blocks counts as the blocks: where DNS64 is on, a name with only IPv4 addresses gets one.
 */
export function guardFile(tunnel: Tunnel): RenderedFile {
  return { path: guardPath, mode: 0o644, text: guardText(tunnel) };
}

function guardText(tunnel: Tunnel): string {
  const blocks = tunnel.ossBlocks.join(", ");
  const nat64 = tunnel.ossBlocks.map(nat64Block).join(", ");
  const { leaves, enters } = outsideTunnel(tunnel);
  const clamp = `tcp flags & (syn | rst) == syn tcp option maxseg size set ${tunnel.mssBytes}`;
  return `#!/usr/sbin/nft -f
# ${origin}
table inet ${guardTable}
delete table inet ${guardTable}
table inet ${guardTable} {
  set oss_blocks {
    type ipv4_addr
    flags interval
    elements = { ${blocks} }
  }
  set oss_blocks_nat64 {
    type ipv6_addr
    flags interval
    elements = { ${nat64} }
  }
  counter refused_out { }
  counter refused_forwarded { }
  counter refused_in { }
  chain from_host {
    type filter hook output priority filter; policy accept;
    ip daddr @oss_blocks ${leaves} counter name "refused_out" reject with icmpx type admin-prohibited
    ip6 daddr @oss_blocks_nat64 counter name "refused_out" reject with icmpx type admin-prohibited
  }
  chain through_host {
    type filter hook forward priority filter; policy accept;
    ip daddr @oss_blocks ${leaves} counter name "refused_forwarded" reject with icmpx type admin-prohibited
    ip6 daddr @oss_blocks_nat64 counter name "refused_forwarded" reject with icmpx type admin-prohibited
    ip saddr @oss_blocks ${enters} counter name "refused_in" drop
  }
  chain to_host {
    type filter hook input priority filter; policy accept;
    ip saddr @oss_blocks ${enters} counter name "refused_in" drop
  }
  chain mss_from_host {
    type route hook output priority mangle; policy accept;
    ip daddr @oss_blocks ${clamp}
  }
  chain mss_through_host {
    type filter hook forward priority mangle; policy accept;
    ip daddr @oss_blocks ${clamp}
  }
  chain mss_from_oss {
    type filter hook prerouting priority mangle; policy accept;
    ip saddr @oss_blocks ${clamp}
  }
}
`;
}

/** Matches packets that would go out, or came in, beside the tunnel. */
function outsideTunnel(tunnel: Tunnel): { readonly leaves: string; readonly enters: string } {
  const interfaces = tunnel.ends.flatMap(({ xfrm }) => xfrm?.name ?? []);
  const devices = tunnel.esp === "userspace" ? [userspaceDevice] : interfaces;
  if (devices.length === 0) return { leaves: "rt ipsec missing", enters: "meta ipsec missing" };
  const set = `{ ${devices.map((device) => `"${device}"`).join(", ")} }`;
  return { leaves: `oifname != ${set}`, enters: `iifname != ${set}` };
}

/** `64:ff9b::6462:2300/120` for `100.98.35.0/24` (RFC 6052's well-known prefix). */
function nat64Block(block: string): string {
  const [address = "", bits = "32"] = block.split("/");
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `64:ff9b::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}/${96 + Number(bits)}`;
}
