import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

/** 64 MiB: what 1 Gbit/s at 200 ms needs, twice over. */
const socketBufferBytes = 64 * 1024 * 1024;

/** Connections to one address go over several tunnels only where ports count too. */
const spread = [
  "# Tunnels are chosen by addresses and ports, not by addresses alone.",
  "net.ipv4.fib_multipath_hash_policy = 1",
];

/** The kernel's settings for long, fat, encrypted paths. A leading dash lets a kernel without BBR go on with what it has. */
export function sysctlFile({ role, product }: Tunnel): RenderedFile {
  const settings = [
    "-net.core.default_qdisc = fq",
    "-net.ipv4.tcp_congestion_control = bbr",
    `net.ipv4.tcp_rmem = 4096 262144 ${socketBufferBytes}`,
    `net.ipv4.tcp_wmem = 4096 262144 ${socketBufferBytes}`,
    `net.core.rmem_max = ${socketBufferBytes}`,
    `net.core.wmem_max = ${socketBufferBytes}`,
    "net.ipv4.tcp_mtu_probing = 1",
    "net.ipv4.tcp_slow_start_after_idle = 0",
    "net.ipv4.tcp_notsent_lowat = 131072",
    "# Answers come in through the tunnel, which is not the way back to their sender in the main table.",
    "net.ipv4.conf.all.rp_filter = 2",
    "# How long a packet may wait for the tunnel that it called for.",
    "-net.core.xfrm_acq_expires = 30",
    ...(product === "transit-router" ? spread : []),
    ...(role === "gateway" ? ["net.ipv4.ip_forward = 1", "net.ipv4.conf.all.send_redirects = 0"] : []),
  ];
  return {
    path: "/etc/sysctl.d/60-causeway-tunnel.conf",
    mode: 0o644,
    text: `# ${origin}\n${settings.join("\n")}\n`,
  };
}
