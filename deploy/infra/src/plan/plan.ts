import { blocksOf } from "./blocks.ts";
import { routesOf, type Route } from "./routes.ts";
import type { Settings } from "./settings.ts";
import type { TunnelHost } from "./tunnel-host.ts";

/** The whole path as data: what the resources, the tests and the diagram are made of. */
export interface Plan {
  readonly settings: Settings;
  /** Where OSS answers, as seen from AWS. */
  readonly blocks: readonly string[];
  readonly tunnelHosts: readonly TunnelHost[];
  readonly routes: readonly Route[];
}

/** Two tunnels per host; an id of its own keeps selectors apart from the rest of the host's traffic. */
const interfaceIds = [41, 42] as const;

export function planOf(settings: Settings): Plan {
  const blocks = blocksOf(settings);
  const copies = settings.hosts.layout === "self";
  const tunnelHosts = settings.aws.zones.map((zone, n): TunnelHost => ({
    name: `${settings.name}-${n + 1}`,
    zone: zone.zone,
    worker: copies ? "run" : "none",
    // The host stands in the public subnet, and forwards for the other one of its zone.
    networks: copies ? [zone.workers, zone.public] : [zone.workers],
    interfaceIds,
  }));
  return { settings, blocks, tunnelHosts, routes: routesOf(settings, blocks, tunnelHosts) };
}
