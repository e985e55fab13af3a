import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

export const guardPath = "/etc/causeway/guard.nft";
/** The guard's table, of family inet. */
export const guardTable = "causeway_guard";
/** The guard's named counters: packets to OSS' blocks, or from them, that did not go through the tunnel and were refused. */
export const refusedCounters = ["refused_out", "refused_forwarded", "refused_in"] as const;

/** The TUN device of charon's own ESP. */
const userspaceDevice = "ipsec0";

const reject = "reject with icmpx type admin-prohibited";

/**
 * The rules that make the tunnel the only way to OSS' blocks. They know nothing of charon, so they hold before it starts and
 * after it dies. The blocks' NAT64 form is closed too: where DNS64 is on, a name with only IPv4 addresses gets such a one.
 */
export function guardFile(tunnel: Tunnel): RenderedFile {
  const table = [...sets(tunnel), ...counters, ...filterChains(tunnel), ...sizeChains(tunnel)];
  const text = `#!/usr/sbin/nft -f
# ${origin}
table inet ${guardTable}
delete table inet ${guardTable}
table inet ${guardTable} {
${table.map((line) => `  ${line}\n`).join("")}}
`;
  return { path: guardPath, mode: 0o644, text };
}

function sets(tunnel: Tunnel): readonly string[] {
  return [
    ...set("oss_blocks", "ipv4_addr", tunnel.ossBlocks),
    ...set("oss_blocks_nat64", "ipv6_addr", tunnel.ossBlocks.map(nat64Block)),
    ...(tunnel.role === "gateway" ? set("clients", "ipv4_addr", tunnel.networks) : []),
  ];
}

function set(name: string, type: string, elements: readonly string[]): readonly string[] {
  return block(`set ${name}`, [`type ${type}`, "flags interval", `elements = { ${elements.join(", ")} }`]);
}

const counters = refusedCounters.map((name) => `counter ${name} { }`);

function filterChains(tunnel: Tunnel): readonly string[] {
  const { leaves, enters } = besideTunnel(tunnel);
  const refusedTo = (counter: string): readonly string[] => [
    `ip daddr @oss_blocks ${leaves} counter name "${counter}" ${reject}`,
    `ip6 daddr @oss_blocks_nat64 counter name "${counter}" ${reject}`,
  ];
  const refusedFrom = `ip saddr @oss_blocks ${enters} counter name "refused_in" drop`;
  const forwards =
    tunnel.role === "gateway" ? forClients : ["type filter hook forward priority filter; policy accept;"];
  const [forwardHook = "", ...forwardRules] = forwards;
  return [
    ...block("chain from_host", [
      "type filter hook output priority filter; policy accept;",
      ...refusedTo("refused_out"),
    ]),
    ...block("chain through_host", [forwardHook, ...refusedTo("refused_forwarded"), refusedFrom, ...forwardRules]),
    ...block("chain to_host", ["type filter hook input priority filter; policy accept;", refusedFrom, ossCalls]),
  ];
}

/** OSS opens no connections; what listens on the host for its neighbours is not for the other side of the tunnel. */
const ossCalls = "ip saddr @oss_blocks tcp flags & (syn | ack) == syn drop";

/** A gateway forwards between its clients and OSS, and nothing else. */
const forClients = [
  "type filter hook forward priority filter; policy drop;",
  "ip saddr @clients ip daddr @oss_blocks accept",
  ossCalls,
  "ip saddr @oss_blocks ip daddr @clients accept",
];

/** Both directions' SYNs say what fits the tunnel: on an interface of 9,001 bytes nothing else would. */
function sizeChains({ mssBytes }: Tunnel): readonly string[] {
  const clamp = `tcp flags & (syn | rst) == syn tcp option maxseg size set ${mssBytes}`;
  const to = `ip daddr @oss_blocks ${clamp}`;
  return [
    ...block("chain size_from_host", ["type route hook output priority mangle; policy accept;", to]),
    ...block("chain size_through_host", ["type filter hook forward priority mangle; policy accept;", to]),
    ...block("chain size_from_oss", [
      "type filter hook prerouting priority mangle; policy accept;",
      `ip saddr @oss_blocks ${clamp}`,
    ]),
  ];
}

/** Matches packets that would go out, or came in, beside the tunnel. */
function besideTunnel(tunnel: Tunnel): { readonly leaves: string; readonly enters: string } {
  const interfaces = tunnel.ends.flatMap(({ xfrm }) => xfrm?.name ?? []);
  const devices = tunnel.esp === "userspace" ? [userspaceDevice] : interfaces;
  if (devices.length === 0) return { leaves: "rt ipsec missing", enters: "meta ipsec missing" };
  const names = `{ ${devices.map((device) => `"${device}"`).join(", ")} }`;
  return { leaves: `oifname != ${names}`, enters: `iifname != ${names}` };
}

/** `64:ff9b::6462:2300/120` for `100.98.35.0/24` (the well-known prefix of RFC 6052). */
function nat64Block(cidr: string): string {
  const [address = "", bits = "32"] = cidr.split("/");
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `64:ff9b::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}/${96 + Number(bits)}`;
}

function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), "}"];
}
