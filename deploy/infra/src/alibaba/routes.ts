import * as alicloud from "@pulumi/alicloud";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import type { Route } from "../plan/routes.ts";
import type { Regions } from "./networks.ts";
import type { Tunnels } from "./tunnels.ts";

/** One resource for each route of the plan that a table of Alibaba Cloud has to hold. */
export function createRoutes(setting: Setting, regions: Regions, tunnels: Tunnels): void {
  const routes = setting.plan.routes.filter((route, n, all) => all.findIndex((other) => sameRoute(route, other)) === n);
  for (const route of routes) createRoute(setting, route, { regions, tunnels });
}

function sameRoute(one: Route, other: Route): boolean {
  return one.at === other.at && one.to === other.to && one.via === other.via;
}

interface Parts {
  readonly regions: Regions;
  readonly tunnels: Tunnels;
}

function createRoute(setting: Setting, route: Route, { regions, tunnels }: Parts): void {
  const name = named(setting.plan, `${route.at} to ${route.to}`.replaceAll(/[^a-z0-9]+/g, "-")).name;
  switch (route.at) {
    case "near vpc":
      // Back to AWS, the VPN gateway publishes the route itself.
      if (route.via === "near router") vpcRoute(setting, "near", name, { route, regions });
      return;
    case "far vpc":
      // OSS needs no route: every VPC of the region knows the way.
      if (route.via === "far router") vpcRoute(setting, "far", name, { route, regions });
      return;
    case "near router":
      routerRoute(setting, "near", name, { route, next: nextOfNear(route, { regions, tunnels }), regions });
      return;
    case "far router": {
      const { peer, far } = regions;
      const attachment = route.via === "far vpc" ? far.attachment : peer;
      routerRoute(setting, "far", name, { route, next: attachment.transitRouterAttachmentId, regions });
      return;
    }
    case "vpn gateway":
      if (route.direction === "back") gatewayRoute(setting, name, route, tunnels);
      return;
    case "oss":
    default:
      // The rest is AWS' and the hosts' own.
      return;
  }
}

function nextOfNear({ via }: Route, { regions, tunnels }: Parts): pulumi.Input<string> {
  if (via === "far router") return regions.peer.transitRouterAttachmentId;
  if (via === "near vpc") return regions.near.attachment.transitRouterAttachmentId;
  return connectionOf(via, tunnels);
}

function connectionOf(via: string, { connections }: Tunnels): pulumi.Output<string> {
  const connection = connections.get(via.replace(/^host /, ""));
  if (connection === undefined) throw new Error(`no connection leads to ${via}`);
  return connection;
}

interface Next {
  readonly route: Route;
  readonly next: pulumi.Input<string>;
  readonly regions: Regions;
}

function routerRoute(setting: Setting, side: "near" | "far", name: string, { route, next, regions }: Next): void {
  new alicloud.cen.TransitRouterRouteEntry(
    name,
    {
      transitRouterRouteTableId: regions[side].routerTable.transitRouterRouteTableId,
      transitRouterRouteEntryDestinationCidrBlock: route.to,
      transitRouterRouteEntryNextHopType: "Attachment",
      transitRouterRouteEntryNextHopId: next,
      transitRouterRouteEntryName: name,
    },
    { provider: setting[side] },
  );
}

function vpcRoute(setting: Setting, side: "near" | "far", name: string, { route, regions }: Omit<Next, "next">): void {
  const { vpc, attachment } = regions[side];
  new alicloud.vpc.RouteEntry(
    name,
    {
      routeTableId: vpc.routeTableId,
      destinationCidrblock: route.to,
      nexthopType: "Attachment",
      nexthopId: attachment.transitRouterAttachmentId,
    },
    { provider: setting[side] },
  );
}

function gatewayRoute(setting: Setting, name: string, route: Route, tunnels: Tunnels): void {
  if (tunnels.gateway === undefined) return;
  new alicloud.vpn.RouteEntry(
    name,
    {
      vpnGatewayId: tunnels.gateway.id,
      routeDest: route.to,
      nextHop: connectionOf(route.via, tunnels),
      publishVpc: true,
      weight: 100,
    },
    { provider: setting.near },
  );
}
