import type { Settings } from "./settings.ts";
import type { TunnelHost } from "./tunnel-host.ts";

/** A place with a table of routes, or an end of the path. Those of AWS carry the zone or the host they belong to. */
export type Place =
  | `workers ${string}`
  | `host ${string}`
  | "vpn gateway"
  | "near vpc"
  | "near router"
  | "far router"
  | "far vpc"
  | "oss";

/** At `at`, packets to `to` go on to `via`. */
export interface Route {
  readonly at: Place;
  readonly to: string;
  readonly via: Place;
  readonly direction: "out" | "back";
}

/** One route for each block of OSS on the way there, and one for each network of AWS on the way back. */
export function routesOf(
  settings: Settings,
  blocks: readonly string[],
  hosts: readonly TunnelHost[],
): readonly Route[] {
  return [
    ...blocks.flatMap((block) => [
      ...hosts.flatMap((host) => fromHost(settings, block, host)),
      ...out(settings, block),
    ]),
    ...hosts.flatMap((host) => host.networks.flatMap((network) => back(settings, network, host))),
  ];
}

function fromHost({ path }: Settings, to: string, host: TunnelHost): readonly Route[] {
  const end: Place = path.product === "vpn-gateway" ? "vpn gateway" : "near router";
  return [
    { at: `workers ${host.zone}`, to, via: `host ${host.name}`, direction: "out" },
    { at: `host ${host.name}`, to, via: end, direction: "out" },
  ];
}

function out({ path }: Settings, to: string): readonly Route[] {
  const direction = "out";
  const nearVpc: readonly Route[] = [
    { at: "vpn gateway", to, via: "near vpc", direction },
    { at: "near vpc", to, via: "near router", direction },
  ];
  return [
    ...(path.product === "vpn-gateway" ? nearVpc : []),
    { at: "near router", to, via: "far router", direction },
    { at: "far router", to, via: "far vpc", direction },
    // OSS' addresses are known to every VPC of its region; those of a PrivateLink endpoint are the VPC's own.
    { at: "far vpc", to, via: "oss", direction },
  ];
}

function back({ path }: Settings, to: string, host: TunnelHost): readonly Route[] {
  const direction = "back";
  const nearVpc: readonly Route[] = [
    { at: "near router", to, via: "near vpc", direction },
    { at: "near vpc", to, via: "vpn gateway", direction },
    { at: "vpn gateway", to, via: `host ${host.name}`, direction },
  ];
  const nearRouter: readonly Route[] = [{ at: "near router", to, via: `host ${host.name}`, direction }];
  const workers: readonly Route[] = [{ at: `host ${host.name}`, to, via: `workers ${host.zone}`, direction }];
  return [
    { at: "oss", to, via: "far vpc", direction },
    { at: "far vpc", to, via: "far router", direction },
    { at: "far router", to, via: "near router", direction },
    ...(path.product === "vpn-gateway" ? nearVpc : nearRouter),
    ...workers,
  ];
}
