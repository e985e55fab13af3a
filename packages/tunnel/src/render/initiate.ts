import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";

export const initiatePath = "/usr/local/lib/causeway/tunnel-initiate";

/** The script that calls for every tunnel that is neither up nor on its way. Arguments go to swanctl, such as --uri. */
export function initiateFile({ ends }: Tunnel): RenderedFile {
  const text = `#!/bin/sh
# ${origin}
set -eu
tunnels='${ends.map(({ connection }) => connection).join(" ")}'

for tunnel in $tunnels; do
  found=$(swanctl --list-sas --ike "$tunnel" --raw "$@")
  case $found in
  *state=INSTALLED* | *state=REKEYING* | *state=CONNECTING*) ;;
  *) swanctl --initiate --child "$tunnel" --timeout 20 "$@" || echo "$tunnel did not come up" >&2 ;;
  esac
done
`;
  return { path: initiatePath, mode: 0o755, text };
}
