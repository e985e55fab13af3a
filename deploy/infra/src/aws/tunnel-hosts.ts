import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { userData } from "../../../worker-host/user-data.ts";
import { hostYaml, tunnelYaml } from "../host-yaml.ts";
import { named, type Setting } from "../names.ts";
import type { TunnelHost } from "../plan/tunnel-host.ts";
import type { Network, ZoneNetwork } from "./network.ts";
import { createRole, profileOf } from "./roles.ts";
import type { Secrets } from "./secrets.ts";
import type { Security } from "./security.ts";

/** The fixed addresses of the tunnel hosts, by name; they are there before the hosts, because the other side asks for them. */
export function createAddresses({ plan, aws: provider }: Setting): ReadonlyMap<string, aws.ec2.Eip> {
  return new Map(
    plan.tunnelHosts.map(({ name }) => [
      name,
      new aws.ec2.Eip(`${name}-address`, { domain: "vpc", tags: { Name: name } }, { provider }),
    ]),
  );
}

export interface TunnelHostParts {
  readonly network: Network;
  readonly security: Security;
  readonly secrets: Secrets;
  readonly addresses: ReadonlyMap<string, aws.ec2.Eip>;
  /** Where each host's tunnels end. */
  readonly ends: ReadonlyMap<string, pulumi.Output<readonly string[]>>;
}

/** The hosts at which the tunnels begin, and the workers' routes to them. */
export function createTunnelHosts(setting: Setting, parts: TunnelHostParts): void {
  for (const host of setting.plan.tunnelHosts) {
    const zone = parts.network.zones.find((each) => each.zone === host.zone);
    const address = parts.addresses.get(host.name);
    const ends = parts.ends.get(host.name);
    if (zone === undefined || address === undefined || ends === undefined) continue;
    createTunnelHost(setting, parts, { host, zone, address, ends });
  }
}

interface Place {
  readonly host: TunnelHost;
  readonly zone: ZoneNetwork;
  readonly address: aws.ec2.Eip;
  readonly ends: pulumi.Output<readonly string[]>;
}

function createTunnelHost(
  setting: Setting,
  { security, secrets }: TunnelHostParts,
  { host, zone, address, ends }: Place,
): void {
  const { plan, aws: provider } = setting;
  const copies = host.worker === "run";
  const role = createRole(setting, secrets, {
    what: `host-${host.zone}`,
    service: "ec2.amazonaws.com",
    secrets: [`${host.name}.1`, `${host.name}.2`, ...(copies ? ["redis-url", "secret-key"] : [])],
    buckets: copies ? "read source" : "none",
  });
  const text = address.publicIp.apply((own) =>
    ends.apply((gateway) =>
      userData({ host: hostYaml(plan, host.worker), tunnel: tunnelYaml(plan, host, { own, gateway }) }),
    ),
  );
  const instance = new aws.ec2.Instance(
    `${host.name}-host`,
    {
      ami: plan.settings.hosts.imageId,
      instanceType: plan.settings.hosts.instanceType,
      subnetId: zone.publicSubnet.id,
      vpcSecurityGroupIds: [security.tunnelHosts.id],
      iamInstanceProfile: profileOf(setting, `host-${host.zone}`, role).name,
      // It sends packets that are not its own.
      sourceDestCheck: false,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true },
      userData: text,
      userDataReplaceOnChange: true,
      tags: { Name: host.name },
    },
    { provider },
  );
  new aws.ec2.EipAssociation(
    `${host.name}-association`,
    { instanceId: instance.id, allocationId: address.id },
    { provider },
  );
  for (const [n, block] of plan.blocks.entries()) {
    const route = {
      routeTableId: zone.workerRoutes.id,
      destinationCidrBlock: block,
      networkInterfaceId: instance.primaryNetworkInterfaceId,
    };
    new aws.ec2.Route(named(plan, `oss-${n + 1}-${host.zone}`).name, route, { provider });
  }
}
