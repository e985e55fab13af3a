import type { Tunnel, XfrmInterface } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

/** Run at boot, and by charon when a child comes up or goes. */
export const routesPath = "/usr/local/lib/causeway/tunnel-routes";

/** Which interface's tunnel is up, by charon's own word; gone with a reboot, as the tunnels are. */
const stateFolder = "/run/causeway-tunnel";

/**
 * The script that keeps the routes. First of all it lays the second lock: routes that refuse OSS' blocks wherever no better
 * one stands. Policy-based tunnels need no more: charon's routes stand in table 220, which is asked before the main one.
 */
export function routesFile(tunnel: Tunnel): RenderedFile {
  const interfaces = tunnel.ends.flatMap(({ xfrm }) => xfrm ?? []);
  const text = interfaces.length === 0 ? policyScript(tunnel) : interfaceScript(tunnel, interfaces);
  return { path: routesPath, mode: 0o755, text };
}

function head({ ossBlocks }: Tunnel): string {
  return `#!/bin/sh
# ${origin}
set -eu
blocks='${ossBlocks.join(" ")}'

refuse_blocks() {
  for block in $blocks; do
    ip route replace unreachable "$block" metric 4294967295
  done
}
`;
}

function policyScript(tunnel: Tunnel): string {
  return `${head(tunnel)}
case "\${1:-}" in
up | reset) refuse_blocks ;;
*)
  echo 'usage: tunnel-routes up | reset' >&2
  exit 2
  ;;
esac
`;
}

function interfaceScript(tunnel: Tunnel, interfaces: readonly XfrmInterface[]): string {
  const spread = tunnel.product === "transit-router" ? sharedRoutes : rankedRoutes;
  return `${head(tunnel)}
interfaces='${interfaces.map(({ name, id }) => `${name}:${id}`).join(" ")}'
state=${stateFolder}

${makeInterfaces(tunnel)}
${noteChange}
${spread}
${interfaceVerbs}`;
}

function makeInterfaces({ mtuBytes }: Tunnel): string {
  return `make_interfaces() {
  device=$(ip -o -4 route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)
  for interface in $interfaces; do
    name=\${interface%%:*}
    [ -e "/sys/class/net/$name" ] || ip link add "$name" type xfrm dev "\${device:-lo}" if_id "\${interface##*:}"
    ip link set "$name" mtu ${mtuBytes}
    # A container may not write there; then the host's own setting counts.
    { echo 2 >"/proc/sys/net/ipv4/conf/$name/rp_filter"; } 2>/dev/null || true
  done
}
`;
}

/**
 * charon tells of each pair of selectors when it comes up and when it goes, and of none when a tunnel is renewed; so the
 * pairs are counted. The number of the IKE_SA would not do: it is another one after it was renewed.
 */
const noteChange = `# Each interface that is up has a file: how many pairs of selectors charon holds for it, and our address.
note_change() {
  for interface in $interfaces; do
    [ "\${interface##*:}" = "\${PLUTO_IF_ID_OUT:-}" ] || continue
    file=$state/\${interface%%:*}
    pairs=0
    source=
    if [ -s "$file" ]; then read -r pairs source <"$file"; fi
    case "$PLUTO_VERB" in
    up-*) pairs=$((pairs + 1)) source=\${PLUTO_ME:-$source} ;;
    down-*) pairs=$((pairs - 1)) ;;
    esac
    if [ "$pairs" -gt 0 ]; then echo "$pairs $source" >"$file"; else rm -f "$file"; fi
  done
}

source_of() {
  if [ -s "$state/$1" ]; then
    read -r pairs source <"$state/$1"
    echo "$source"
  fi
}
`;

/** One call at a time: charon's threads may call for two tunnels at once. */
const interfaceVerbs = `mkdir -p "$state"
exec 9>"$state/lock"
flock 9
case "\${PLUTO_VERB:-\${1:-}}" in
up-* | down-*) note_change ;;
up)
  refuse_blocks
  make_interfaces
  ;;
reset) for interface in $interfaces; do rm -f "$state/\${interface%%:*}"; done ;;
*)
  echo 'usage: tunnel-routes up | reset' >&2
  exit 2
  ;;
esac
set_routes
`;

/** VPN gateways keep one tunnel active: the first that is up carries everything, the next one waits. */
const rankedRoutes = `# The first tunnel that is up carries everything.
set_routes() {
  metric=10
  for interface in $interfaces; do
    name=\${interface%%:*}
    source=$(source_of "$name")
    if [ -n "$source" ]; then
      ip link set "$name" up
      for block in $blocks; do ip route replace "$block" dev "$name" src "$source" metric "$metric"; done
    else
      ip link set "$name" down
    fi
    metric=$((metric + 10))
  done
}
`;

/** Transit Routers answer on every tunnel: connections are spread over all that are up. */
const sharedRoutes = `# Connections are spread over all tunnels that are up.
set_routes() {
  hops=
  for interface in $interfaces; do
    name=\${interface%%:*}
    source=$(source_of "$name")
    if [ -n "$source" ]; then
      ip link set "$name" up
      hops="$hops nexthop dev $name"
      from=$source
    else
      ip link set "$name" down
    fi
  done
  for block in $blocks; do
    # shellcheck disable=SC2086 # the hops are words of their own
    if [ -n "$hops" ]; then
      ip route replace "$block" metric 10 src "$from" $hops
    else
      ip route del "$block" metric 10 2>/dev/null || true
    fi
  done
}
`;
