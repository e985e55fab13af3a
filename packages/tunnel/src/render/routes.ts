import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

/** Run at boot, and by charon when a child comes up or goes. */
export const routesPath = "/usr/local/lib/causeway/tunnel-routes";

/** The second lock: a route that refuses OSS' blocks whenever no better one is there. */
export function routesFile(tunnel: Tunnel): RenderedFile {
  return { path: routesPath, mode: 0o755, text: policyScript(tunnel) };
}

function policyScript({ ossBlocks }: Tunnel): string {
  return `#!/bin/sh
# ${origin}
# up: routes that refuse OSS' blocks while the tunnel is down. charon's own routes stand in table 220, which comes first.
set -eu
case "\${1:-}" in
up)
  for block in ${ossBlocks.join(" ")}; do
    ip route replace unreachable "$block" metric 4294967295
  done
  ;;
*)
  echo "usage: tunnel-routes up" >&2
  exit 2
  ;;
esac
`;
}
