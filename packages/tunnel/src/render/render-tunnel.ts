import type { Tunnel } from "../model/tunnel.ts";
import type { RenderedFile } from "./files.ts";
import { guardFile } from "./guard.ts";
import { initiateFile } from "./initiate.ts";
import { routesFile } from "./routes.ts";
import { strongswanFile } from "./strongswan.ts";
import { swanctlFile } from "./swanctl.ts";
import { sysctlFile } from "./sysctl.ts";
import { unitFiles } from "./units.ts";

/** Every file that a host of this tunnel needs, with its place and mode. No file holds a key. */
export function renderTunnel(tunnel: Tunnel): readonly RenderedFile[] {
  return [
    guardFile(tunnel),
    routesFile(tunnel),
    initiateFile(tunnel),
    swanctlFile(tunnel),
    strongswanFile(tunnel),
    sysctlFile(tunnel),
    ...unitFiles(tunnel),
  ];
}
