import * as alicloud from "@pulumi/alicloud";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";

/** A VPC of Alibaba Cloud with its Transit Router. */
export interface RegionNetwork {
  readonly vpc: alicloud.vpc.Network;
  readonly switches: readonly alicloud.vpc.Switch[];
  readonly router: alicloud.cen.TransitRouter;
  readonly routerTable: alicloud.cen.TransitRouterRouteTable;
  readonly attachment: alicloud.cen.TransitRouterVpcAttachment;
}

export interface Regions {
  readonly cen: alicloud.cen.Instance;
  readonly near: RegionNetwork;
  readonly far: RegionNetwork;
  readonly peer: alicloud.cen.TransitRouterPeerAttachment;
}

/** Both regions, each with a VPC and a Transit Router of the Enterprise Edition, and the link between the two. */
export function createRegions(setting: Setting): Regions {
  const { plan } = setting;
  const { name } = named(plan, "cen");
  const cen = new alicloud.cen.Instance(
    name,
    { cenInstanceName: name, protectionLevel: "REDUCED" },
    { provider: setting.near },
  );
  const near = createRegion(setting, "near", cen);
  const far = createRegion(setting, "far", cen);
  const link = named(plan, "link").name;
  const peer = new alicloud.cen.TransitRouterPeerAttachment(
    link,
    {
      transitRouterPeerAttachmentName: link,
      cenId: cen.id,
      transitRouterId: near.router.transitRouterId,
      peerTransitRouterId: far.router.transitRouterId,
      peerTransitRouterRegionId: plan.settings.far.region,
      // Paid by what passes; a bandwidth package is a contract of its own, and across the border a licensed product.
      bandwidthType: "DataTransfer",
      bandwidth: plan.settings.path.bandwidthMbps,
      autoPublishRouteEnabled: false,
    },
    { provider: setting.near },
  );
  associate(setting, { side: "near", what: "link", ...near }, peer.transitRouterAttachmentId);
  associate(setting, { side: "far", what: "link", ...far }, peer.transitRouterAttachmentId);
  return { cen, near, far, peer };
}

function createRegion(setting: Setting, side: "near" | "far", cen: alicloud.cen.Instance): RegionNetwork {
  const { plan } = setting;
  const options = { provider: setting[side] };
  const region = plan.settings[side];
  const title = (what: string): string => named(plan, `${side}-${what}`).name;
  const vpc = new alicloud.vpc.Network(title("vpc"), { vpcName: title("vpc"), cidrBlock: region.vpc }, options);
  const switches = region.zones.map(
    ({ zone, switch: cidrBlock }, n) =>
      new alicloud.vpc.Switch(
        title(`switch-${n + 1}`),
        { vswitchName: title(`switch-${n + 1}`), vpcId: vpc.id, zoneId: zone, cidrBlock },
        options,
      ),
  );
  const router = new alicloud.cen.TransitRouter(
    title("router"),
    { transitRouterName: title("router"), cenId: cen.id },
    options,
  );
  const table = { transitRouterRouteTableName: title("routes"), transitRouterId: router.transitRouterId };
  const routerTable = new alicloud.cen.TransitRouterRouteTable(title("routes"), table, options);
  const attachment = new alicloud.cen.TransitRouterVpcAttachment(
    title("attachment"),
    {
      transitRouterAttachmentName: title("attachment"),
      cenId: cen.id,
      transitRouterId: router.transitRouterId,
      vpcId: vpc.id,
      zoneMappings: switches.map((each, n) => ({ vswitchId: each.id, zoneId: region.zones[n]?.zone ?? "" })),
      autoPublishRouteEnabled: false,
    },
    options,
  );
  const whole = { vpc, switches, router, routerTable, attachment };
  associate(setting, { ...whole, side, what: "vpc" }, attachment.transitRouterAttachmentId);
  return whole;
}

export interface Association {
  readonly side: "near" | "far";
  readonly what: string;
  readonly routerTable: alicloud.cen.TransitRouterRouteTable;
}

/** What comes in by the attachment is routed by our table, and by no other. */
export function associate(setting: Setting, where: Association, attachment: pulumi.Input<string>): void {
  const { side, what, routerTable } = where;
  new alicloud.cen.TransitRouterRouteTableAssociation(
    named(setting.plan, `${side}-${what}-association`).name,
    { transitRouterAttachmentId: attachment, transitRouterRouteTableId: routerTable.transitRouterRouteTableId },
    { provider: setting[side] },
  );
}
