import * as aws from "@pulumi/aws";
import { named, type Setting } from "../names.ts";
import type { Network } from "./network.ts";
import type { Security } from "./security.ts";
import { endpointPolicy } from "./policies.ts";

/** What hosts without a way to the internet need of AWS. */
const services = ["ssm", "logs", "ecr.api", "ecr.dkr"] as const;

/** S3 by a gateway endpoint, whose policy is the only thing that tells it from the public way; the rest by interface endpoints. */
export function createEndpoints(
  { plan, aws: provider }: Setting,
  network: Network,
  security: Security,
): aws.ec2.VpcEndpoint {
  const { region } = plan.settings.aws;
  const vpcId = network.vpc.id;
  const s3 = named(plan, "s3");
  const gateway = new aws.ec2.VpcEndpoint(
    s3.name,
    {
      vpcId,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${region}.s3`,
      routeTableIds: [network.publicRoutes.id, ...network.zones.map(({ workerRoutes }) => workerRoutes.id)],
      policy: JSON.stringify(endpointPolicy(plan)),
      tags: s3.tags,
    },
    { provider },
  );
  for (const service of services) {
    const { name, tags } = named(plan, service.replace(".", "-"));
    new aws.ec2.VpcEndpoint(
      name,
      {
        vpcId,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${region}.${service}`,
        subnetIds: network.zones.map(({ workerSubnet }) => workerSubnet.id),
        securityGroupIds: [security.endpoints.id],
        privateDnsEnabled: true,
        tags,
      },
      { provider },
    );
  }
  return gateway;
}
