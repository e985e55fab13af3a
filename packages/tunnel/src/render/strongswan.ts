import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";
import { type Section, sections } from "./sections.ts";

/** What charon itself is told. Debian's strongswan.conf includes this folder. */
export function strongswanFile(tunnel: Tunnel): RenderedFile {
  const daemon: Section = {
    // Gives a silent peer up after 2 + 3 + 4.5 + 6.75 s instead of 165 s.
    retransmit_tries: "3",
    retransmit_timeout: "2.0",
    retransmit_base: "1.5",
    ...(usesInterfaces(tunnel) ? { install_routes: "no" } : {}),
    plugins: plugins(tunnel),
  };
  return {
    path: "/etc/strongswan.d/causeway.conf",
    mode: 0o644,
    text: `# ${origin}\n${sections({ "charon-systemd": daemon })}`,
  };
}

function usesInterfaces({ ends }: Tunnel): boolean {
  return ends.some(({ xfrm }) => xfrm !== undefined);
}

function plugins(tunnel: Tunnel): Section {
  const routes = { mtu: String(tunnel.mtuBytes), mss: String(tunnel.mssBytes) };
  const netlink = usesInterfaces(tunnel) ? {} : { "kernel-netlink": routes };
  return tunnel.esp === "userspace" ? { "kernel-libipsec": { load: "yes" }, ...netlink } : netlink;
}
