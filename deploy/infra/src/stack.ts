import * as alicloud from "@pulumi/alicloud";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { createRegions } from "./alibaba/networks.ts";
import { createRoutes } from "./alibaba/routes.ts";
import { createPrivateLink, createTarget } from "./alibaba/target.ts";
import { createTunnels } from "./alibaba/tunnels.ts";
import { createEndpoints } from "./aws/endpoints.ts";
import { createNetwork } from "./aws/network.ts";
import { createRedis } from "./aws/redis.ts";
import { createSecrets, store } from "./aws/secrets.ts";
import { allowTraffic, allowTunnel, createGroups } from "./aws/security.ts";
import { createServices } from "./aws/services.ts";
import { createSourceRules } from "./aws/source-bucket.ts";
import { createAddresses, createTunnelHosts } from "./aws/tunnel-hosts.ts";
import { createWorkerGroup } from "./aws/workers.ts";
import type { Setting } from "./names.ts";
import { planOf } from "./plan/plan.ts";
import type { Settings } from "./plan/settings.ts";

/** What a person wants to know of the finished stack. */
export interface Stack {
  readonly tunnelHostAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  readonly ossBlocks: readonly string[];
  /** The security group of who may ask hosts for metrics. */
  readonly monitoringGroupId: pulumi.Output<string>;
  readonly targetAccessKeyId: pulumi.Output<string>;
  /** The domain of the PrivateLink endpoint, for `target.endpoint` of jobs. */
  readonly ossEndpointDomain: pulumi.Output<string> | undefined;
}

/** The whole path, from AWS' VPC to the target bucket. */
export function createStack(settings: Settings): Stack {
  const plan = planOf(settings);
  const setting: Setting = {
    plan,
    aws: new aws.Provider("aws", { region: settings.aws.region }),
    near: new alicloud.Provider("near", { region: settings.near.region }),
    far: new alicloud.Provider("far", { region: settings.far.region }),
  };
  const network = createNetwork(setting);
  const security = createGroups(setting, network);
  const endpoint = createEndpoints(setting, network, security);
  allowTraffic(setting, security, endpoint.prefixListId);
  createSourceRules(setting, endpoint);
  const secrets = createSecrets(setting);
  const addresses = createAddresses(setting);
  const publicAddresses = new Map([...addresses].map(([name, address]) => [name, address.publicIp]));

  const regions = createRegions(setting);
  const tunnels = createTunnels(setting, { regions, addresses: publicAddresses, keys: secrets.tunnelKeys });
  createRoutes(setting, regions, tunnels);
  const privateLink = createPrivateLink(setting, regions);
  const target = createTarget(setting, regions);
  store(setting, secrets, "target-secret", target.accessKeySecret);

  for (const [name, ends] of tunnels.ends) {
    for (const n of [0, 1])
      allowTunnel(
        setting,
        security,
        `${name}-${n + 1}`,
        ends.apply((each) => each[n] ?? ""),
      );
  }
  createRedis(setting, { network, security, secrets });
  createTunnelHosts(setting, { network, security, secrets, addresses, ends: tunnels.ends });
  if (settings.workers.run === "auto-scaling-group") createWorkerGroup(setting, network, security, secrets);
  createServices(setting, network, security, secrets);
  return {
    tunnelHostAddresses: Object.fromEntries(publicAddresses),
    ossBlocks: plan.blocks,
    monitoringGroupId: security.monitoring.id,
    targetAccessKeyId: target.accessKeyId,
    ossEndpointDomain: privateLink?.endpointDomain,
  };
}
